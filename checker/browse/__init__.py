"""The web page: the graph of a vault, its notes, and its claims with their evidence."""

from checker.browse.export import export
from checker.browse.server import Server
from checker.browse.site import Site, open_site

__all__ = ["Server", "Site", "export", "open_site"]
