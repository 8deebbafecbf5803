"""Where the program keeps what it can make again, and what a person has decided."""

from __future__ import annotations

import os
from functools import cache
from importlib import metadata
from pathlib import Path


def cache_folder() -> Path:
    """The user's cache folder, or $CHECK_CLAIMS_CACHE."""
    chosen = os.environ.get("CHECK_CLAIMS_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("check-claims"))


@cache
def version(package: str) -> str:
    """The version of an installed package. Looked up once a process: it is asked for with every result."""
    return metadata.version(package)


def settings_folder() -> Path:
    """The user's folder of settings, or $CHECK_CLAIMS_SETTINGS."""
    chosen = os.environ.get("CHECK_CLAIMS_SETTINGS")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_config_dir("check-claims"))
