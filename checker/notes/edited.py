"""A vault some of whose notes are open in an editor: their text there counts, not what is on disk."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from checker.notes.entry import entry_of
from checker.notes.index import Index
from checker.notes.update import Text
from checker.notes.vault import Vault

OF_TEXTS = ("problems", "notes", "canvases", "_web")  # what a vault keeps of its texts
OF_FILES = (*OF_TEXTS, "files", "note_paths", "copies", "template_folders", "_files", "_readable")  # and of its files


class EditedVault(Vault):
    """The index of this vault is a copy in memory, so no text that nobody has saved gets into the one that is kept."""

    def __init__(self, root: Path, index: Index) -> None:
        super().__init__(root, index)
        self._texts: dict[str, bytes] = {}

    @classmethod
    def open(cls, root: Path | str, cache: Path | None = None) -> EditedVault:
        """Open a folder as `Vault.open` does. Raises ConfigurationError when there is no such folder."""
        index = Vault.open(root, cache).index
        copy = index.copy()
        index.close()
        return cls(Path(root), copy)

    def read(self, path: PurePosixPath) -> bytes:
        text = self._texts.get(str(path))
        return super().read(path) if text is None else text

    def on_disk(self, path: PurePosixPath) -> bytes:
        """The bytes of a file as they were saved last. Raises NoteError when it cannot be read."""
        return super().read(path)

    def hold(self, path: PurePosixPath, text: bytes) -> None:
        """Take `text` for what the note holds, from now on and until it is released."""
        name = str(path)
        if self._texts.get(name) == text:
            return
        before = self._kind(name)
        self._texts[name] = text
        self.index.put(name, Text(text, lambda: entry_of(self.note(path))))
        self._forget(OF_TEXTS if self._kind(name) == before else OF_FILES)

    def release(self, path: PurePosixPath) -> None:
        """Take what is on disk for what the note holds."""
        if self._texts.pop(str(path), None) is not None:
            self.refresh()

    def refresh(self) -> None:
        """Bring the vault up to what is on disk now, but for the notes that are held."""
        self.index.refresh(self._texts)
        self._forget(OF_FILES)

    def _kind(self, name: str) -> str | None:
        rows = self.index.rows("SELECT kind FROM file WHERE path = ?", name)
        return rows[0][0] if rows else None

    def _forget(self, names: tuple[str, ...]) -> None:
        for name in names:
            self.__dict__.pop(name, None)
