"""Released weights: where they are on this machine, how to get them, and how to load them.

Looked up in the Hugging Face cache first; nothing is downloaded unless somebody asks for it. Weights that were never trained
are refused, wherever they come from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.description import NAME, Description, read_description
from checker.lab.geometry import of_module
from checker.lab.models import Model
from checker.lab.tensors import read_state, read_tensors

if TYPE_CHECKING:
    from checker.lab.encoder import Encoder

FILES = ("model.safetensors", "open_clip_model.safetensors", "pytorch_model.bin")  # by preference
TIMEOUT = 5  # seconds until a hub that does not answer counts as out of reach
FOLDER = "local-dir"  # the tag of a model that is a folder with a description

Report = Callable[[int, int], None]  # (bytes so far, bytes in all)


def locate(model: Model, root: Path) -> Path | None:
    """The file of a model's weights on this machine, or None. Local names are looked up below `root` and nowhere else.

    Raises MeasurementError for a local name that leaves `root`.
    """
    assert model.tag is not None
    if model.local is not None:
        return _in_project(model.name, model.local, root)
    if not repository(model) or not _has_folder(repository(model)):
        return None
    from huggingface_hub import try_to_load_from_cache

    for name in FILES:
        found = try_to_load_from_cache(repository(model), name)
        if isinstance(found, str):
            return Path(found)
    return None


def _has_folder(repository: str) -> bool:
    """Whether the Hugging Face cache has any file of a repository; the library itself is slow to import."""
    from huggingface_hub.constants import HF_HUB_CACHE, REPO_ID_SEPARATOR

    return Path(HF_HUB_CACHE, REPO_ID_SEPARATOR.join(("models", *repository.split("/")))).is_dir()


def _in_project(name: str, local: str, root: Path) -> Path | None:
    """A file below `root`, or the one in a folder there; links are followed, and may not lead out of it."""
    try:
        path = (root / local).resolve()
        if path.is_dir():
            path = next((path / each for each in FILES if (path / each).is_file()), path / FILES[0]).resolve()
        if not path.is_relative_to(root.resolve()):
            raise MeasurementError(f"{name}: weights must lie inside {root}")
        return path if path.is_file() else None
    except (OSError, ValueError, RuntimeError) as error:  # a name that is too long, one with a NUL, links in a circle
        raise MeasurementError(f"{name}: there can be no weights of that name ({error})") from error


def repository(model: Model) -> str:
    """Where timm keeps a tag on the Hugging Face hub; "" for weights that are not there. Those that run with two activations are
    kept once."""
    assert model.tag is not None
    return f"timm/{model.tag.replace('_quickgelu_', '_')}" if model.hub is None else model.hub


def absent(model: Model) -> str:
    """One sentence on weights that are not here, with what to do."""
    if model.local is not None:
        return f"there are no weights at {model.local}"
    named = model.name if model.name == model.tag else f"{model.name} ({model.tag}, {model.licence})"
    if not repository(model):
        what = "fetch them from their authors, and list the file in claims/models.yaml"
        return f"the released weights of {named} are not on the Hugging Face hub; {what}"
    return f"the released weights of {named} are not on this machine; --download fetches them"


def download(model: Model, report: Report = lambda done, of: None) -> Path:
    """Fetch a model's weights into the Hugging Face cache. `report` hears of the size before the first byte.

    Raises MeasurementError when the hub cannot be reached or does not have them.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import RemoteEntryNotFoundError

    if not repository(model):
        raise MeasurementError(absent(model))
    for name in FILES:
        try:
            size = get_hf_file_metadata(hf_hub_url(repository(model), name), timeout=TIMEOUT).size or 0
            report(0, size)
            path = hf_hub_download(repository(model), name, etag_timeout=TIMEOUT, tqdm_class=_bar(report, size))
            report(size, size)
            return Path(path)
        except RemoteEntryNotFoundError:
            continue
        except Exception as error:  # the hub raises whatever its HTTP library raises
            raise MeasurementError(f"{repository(model)} could not be fetched: {error}") from error
    raise MeasurementError(f"{repository(model)} holds none of {', '.join(FILES)}")


def _bar(report: Report, size: int) -> Any:
    """A tqdm that draws nothing and passes the progress of a download to `report`."""
    from huggingface_hub.utils.tqdm import tqdm

    class Bar(tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": True})  # type: ignore[no-untyped-call]
            self.sofar = 0

        def update(self, n: float | None = 1) -> bool | None:
            self.sofar += int(n or 0)
            report(self.sofar, size)
            return None

    return Bar


def digest(path: Path) -> str:
    """The hash by which evidence knows a weight file: sha256, shortened."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


def identity(model: Model, path: Path) -> str:
    """The hash by which measurements and evidence know a released model: that of its file. Of a file that a spec names, what is
    said of it decides as well."""
    if model.local is None:
        return digest(path)
    beside = path.parent / NAME
    said = digest(beside) if beside.is_file() else ""
    return hashlib.sha256(f"{digest(path)} {model.tag} {said}".encode()).hexdigest()[:32]


def load(model: Model, path: Path) -> Encoder:
    """A released model at its native resolution, normalised as it was trained; in half precision on a GPU.

    Raises MeasurementError for weights that are those of another network, that hold numbers which are none, or that were never
    trained, for a file whose normalisation nobody states, and for an architecture that gives neither tokens nor stages.
    """
    import torch

    from checker.lab import network
    from checker.lab.encoder import describe
    from checker.lab.subjects import describe_stages, is_staged

    said = read_description(path.parent) if model.local is not None else Description()
    name = said.architecture if model.tag == FOLDER else str(model.tag)
    module = network.build(name, path, said)
    tensors = read_state(path) if is_staged(module) else read_tensors(path)
    network.compare(name, path, said, tensors, module)
    mean, std = network.normalisation(name, path, said, module)
    size = of_module(module).image or int(module.pretrained_cfg["input_size"][-1])
    kind = describe_stages if is_staged(module) else describe
    encoder = kind(model.name, module, size, mean, std, identity(model, path))
    network.fill(name, path, tensors, module)
    if _untrained(module):
        raise MeasurementError(f"{path}: these weights were never trained (every norm layer is still the identity)")
    if torch.cuda.is_available():
        module.half().cuda()
    return encoder


def _untrained(module: Any) -> bool:
    """Whether every norm layer with parameters is as it was initialised, scaling by one or, where a residual branch ends in it,
    by zero: training leaves none of them so."""
    import torch

    norms = [norm for norm in module.modules() if "Norm" in type(norm).__name__ and getattr(norm, "weight", None) is not None]
    return bool(norms) and all(
        (torch.all(norm.weight == 1) or torch.all(norm.weight == 0))
        and (getattr(norm, "bias", None) is None or torch.all(norm.bias == 0))
        for norm in norms
    )
