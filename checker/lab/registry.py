"""A registry is a decorator and a dict; a second registration of a name is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from checker.errors import ConfigurationError

Entry = TypeVar("Entry")


class Registry(Mapping[str, Entry], Generic[Entry]):
    """Names to entries of one kind. `register(name)` decorates; lookups name the near misses."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, Entry] = {}

    def register(self, name: str) -> Callable[[Entry], Entry]:
        """Return a decorator that files its argument under `name`.

        Raises ConfigurationError when the name is taken.
        """

        def add(entry: Entry) -> Entry:
            if name in self._entries:
                raise ConfigurationError(f"two {self.kind} entries are called {name!r}; rename one of them")
            self._entries[name] = entry
            return entry

        return add

    def entries(self) -> dict[str, Entry]:
        """A copy of what is registered."""
        return dict(self._entries)

    def restore(self, entries: Mapping[str, Entry]) -> None:
        """Go back to what `entries` gave."""
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Entry:
        try:
            return self._entries[name]
        except KeyError:
            known = ", ".join(sorted(self._entries))
            raise ConfigurationError(f"no {self.kind} is called {name!r}; there are: {known}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
