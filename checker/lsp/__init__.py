"""A language server: what is known of notes and claims, where they are written. A thin front on `Workspace` and `EditedVault`."""

from checker.lsp.features import serve

__all__ = ["serve"]
