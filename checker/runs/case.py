"""A claim on its way to a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from checker.claims import Claim, ClaimSpec, NamedSpec, Reading, print_spec
from checker.claims.reported import Reported
from checker.words import StatusWord


@dataclass(frozen=True)
class Case:
    """A claim on its way to a verdict. `word` is set when it ends here (needs spec, untestable, error), with the reason.

    `noted` is what the note says and `named` what counts, `noted_as` and `read_as` the same in one plain sentence; `spec_file` is
    the spec's bytes on disk (None: no file). `edited`: a person has changed that file, so it counts; `stale`: and then the note
    changed under it. `against` lists the claims that contradict it, `rests_on` those that the note says it rests on,
    and `reported` the numbers that papers report of it, each with the name of its source.
    """

    id: str
    claim: Claim
    reading: Reading
    noted: NamedSpec | None = None
    named: NamedSpec | None = None
    noted_as: str = ""
    read_as: str = ""
    spec_file: bytes | None = None
    word: StatusWord | None = None
    reason: str = ""
    stale: bool = False
    edited: bool = False
    against: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    reported: tuple[tuple[Reported, str], ...] = ()

    @property
    def spec(self) -> ClaimSpec | None:
        """The spec that counts."""
        return self.named.spec if self.named is not None else None

    @cached_property
    def spec_to_write(self) -> bytes | None:
        """The bytes that the spec file should hold, or None when the tool has nothing to write there."""
        if self.named is None or self.edited:
            return None
        return print_spec(self.named).encode()
