"""A sentence that makes two claims, as whole sentences: the second takes from the first what it leaves out, and the other way
round. They are only ever offered, all of them or none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from checker.claims.kind import terminals
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.words import Word

Typed = Callable[[str], list[Word]]

JOINT = re.compile(r"\s*;\s*(?:(?:and|but|while|whereas)\s+)?|,?\s+(?:but|while|whereas|yet|and)\s+(?:also\s+)?", re.IGNORECASE)
SO_DOES = re.compile(r"so\s+(?:do|does|has|have)\s+(?P<who>.+)", re.IGNORECASE)
ESPECIALLY = re.compile(
    r"(?P<claim>.+?),?\s+(?:especially|particularly|in particular|notably)\s+(?P<place>(?:in|on|for|at)\s.+)", re.IGNORECASE
)
UNLIKE = re.compile(r"(?:unlike|in contrast to|contrary to)\s+(?P<other>[^,]+),\s+(?P<rest>.+)", re.IGNORECASE)
ALTHOUGH = re.compile(r"(?:while|whereas|although|though)\s+(?P<one>[^,]+),\s+(?P<other>.+)", re.IGNORECASE)
NEITHER = re.compile(r"neither\s+(?P<one>.+?)\s+nor\s+(?P<other>.+?)\s+(?:has|have)\s+(?P<rest>.+)", re.IGNORECASE)
MOST_JOINTS = 4
VERBS = terminals("HAVE IS IS_NOT DOES_NOT REACH GETS PREDICATE VERB BEAT LAG EXCEED UNDERCUT PERFORM DO")
MEASURED = {"METRIC", "ADJECTIVE", "PREDICATE", "VERB"}
MODELS = {"MODEL", "FAMILY"}
PLACING = terminals("IN ON AT FOR OVER MEAN_OVER DATA PRETRAINED TOY SCALE ALL_LAYERS CLASS_TOKEN")


LEADING = MODELS | terminals("NOISE METRIC OF IN FOR POSSESSIVE THAT IT PRETRAINED TOY AND")


@dataclass(frozen=True)
class Clause:
    """A clause in parts: "CL", "is", "more shape-oriented", "than MIM"; what it leaves out is empty."""

    subject: str
    verb: str
    rest: str
    than: str
    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        return " ".join(part for part in (self.subject, self.verb, self.rest, self.than) if part)

    @property
    def denies(self) -> bool:
        return any(word.type in NEGATIONS or word.text.casefold() == "not" for word in self.words)

    def has(self, *types: str) -> bool:
        return any(word.type in types for word in self.words)


def claims_of(text: str, typed: Typed) -> Iterator[tuple[str, ...]]:
    """The ways to part a sentence into claims, each as whole sentences."""
    match = UNLIKE.fullmatch(text)
    if match:
        yield from _unlike(match["other"].strip(), match["rest"], typed)
    match = ESPECIALLY.fullmatch(text)
    if match:
        yield match["claim"], f"{match['claim']} {match['place']}"
    match = NEITHER.fullmatch(text)
    if match:
        yield tuple(f"{one} does not have {match['rest']}" for one in (match["one"], match["other"]))
    match = ALTHOUGH.fullmatch(text)
    pairs = [(match["one"], match["other"])] if match else []
    joints = list(JOINT.finditer(text))
    if len(joints) > MOST_JOINTS:
        return
    pairs += [(text[: joint.start()], text[joint.end() :].strip(" ,")) for joint in joints]
    for one, other in pairs:
        whole = _completed(_clause(one, typed), _clause(other, typed), typed)
        if whole is not None and _in_one_place(whole, typed):
            yield whole
    first, *others = (part.strip(" ,") for part in JOINT.split(text))
    if len(others) > 1:
        wholes = [_completed(_clause(first, typed), _clause(other, typed), typed) for other in others]
        claims = (first, *(whole[1] for whole in wholes if whole and whole[0] == first))
        if len(claims) > len(others) and _in_one_place(claims, typed):
            yield claims


def _in_one_place(claims: tuple[str, ...], typed: Typed) -> bool:
    """Whether all claims name the same layers, data and models, so that none of these may be meant of the others too."""
    return len({tuple(word.text.casefold() for word in typed(claim) if word.type in PLACING) for claim in claims}) == 1


def _clause(text: str, typed: Typed) -> Clause:
    words = typed(text)
    than = next((word.start for word in words if word.type == "THAN"), len(text))
    verb = next((word for word in words if word.type in VERBS and word.start < than), None)
    model = next((word for word in words if word.type in MODELS), None)
    if verb is not None:
        subject, start, end = text[: verb.start], verb.start, verb.end
    elif model is not None and model.start < than and all(word.type == "NOISE" for word in words if word.start < model.start):
        subject, start, end = text[: model.end], model.end, model.end
    else:
        subject, start, end = "", 0, 0
    return Clause(subject.strip(), text[start:end].strip(), text[end:than].strip(), text[than:].strip(), tuple(words))


def _completed(first: Clause, second: Clause, typed: Typed) -> tuple[str, ...] | None:
    """Two clauses with all that each leaves to the other; None where the second may stand under a denial of the first."""
    if first.denies and not second.verb:
        return None
    if not first.subject or not first.verb or not set(_types_before(first)) <= LEADING:
        return None
    if "BY" in _types_behind(second) and "BY" not in _types_behind(first):  # it may be meant of both
        return None
    rest = [word for word in second.words if word.type not in ("NOISE", "ADDITIVE")]
    has = any(word.type == "HAVE" and word.text == first.verb for word in first.words)
    so = SO_DOES.fullmatch(second.text)
    if so and has:
        return first.text, f"{so['who']} {first.verb} {first.rest} {first.than}".strip()
    if has and [word.type for word in rest[:2]] == ["NOT", "THAN"] and not first.denies:
        return first.text, f"{first.subject} does not have {first.rest} {second.than}"
    if second.subject and [word.type for word in rest[1:]] in (["DOES_NOT"], ["DO", "NOT"]) and not first.denies:
        if has:
            return first.text, f"{second.subject} does not have {first.rest} {first.than}".strip()
        return None
    if rest and rest[0].type == "TO" and first.has("ADJECTIVE"):  # more robust to occlusion and to shuffling
        word = next(word for word in first.words if word.type == "ADJECTIVE")
        more = first.rest[: first.rest.casefold().rfind(word.text.casefold())]
        goal = second.rest or second.subject
        second = replace(second, subject="", verb="", rest=f"{more}{word.text.split()[0]} {goal}", words=first.words)
    compares = second.has("COMPARATIVE", "PREDICATE", "ADJECTIVE", "VERB") and first.has("COMPARATIVE", "PREDICATE", "VERB")
    apart = bool(second.subject) and second.subject.casefold() != first.subject.casefold()
    second = _with_metric(replace(second, subject=second.subject or first.subject, verb=second.verb or first.verb), first, typed)
    if compares and not first.than and not second.than and apart:
        first, second = replace(first, than=f"than {second.subject}"), replace(second, than=f"than {first.subject}")
    elif compares and not first.than and not apart:
        first = replace(first, than=second.than)
    elif compares and not second.than and first.than:
        other = first.than.partition(" ")[2]
        itself = apart and other.casefold().startswith(second.subject.casefold())
        second = replace(second, than=f"than {first.subject}" if itself else first.than)
    return first.text, second.text


def _types_before(clause: Clause) -> list[str]:
    """What stands before the verb of a clause."""
    return [word.type for word in clause.words if word.type not in VERBS][: len(clause.subject.split())]


def _types_behind(clause: Clause) -> list[str]:
    """What stands behind the word that compares."""
    types = [word.type for word in clause.words]
    return types[types.index("THAN") :] if "THAN" in types else types


def _with_metric(clause: Clause, other: Clause, typed: Typed) -> Clause:
    """A clause that says longer, and not what, with the one metric of the other."""
    metrics = [word for word in other.words if word.type == "METRIC"]
    words = typed(clause.text)
    if len(metrics) != 1 or any(word.type in MEASURED for word in words):
        return clause
    if not any(word.type == "COMPARATIVE" for word in words):
        return clause
    return replace(clause, rest=f"{clause.rest} {metrics[0].text}")


def _unlike(other: str, rest: str, typed: Typed) -> Iterator[tuple[str, ...]]:
    """What sets a model apart: a comparison, or what it has and the other has not."""
    clause = _clause(rest, typed)
    if clause.denies or clause.than or not clause.subject:
        return
    degree = next((word for word in clause.words if word.type == "DEGREE"), None)
    if degree is not None:
        yield (f"{clause.subject} {clause.verb} {clause.rest.replace(degree.text, degree.value, 1)} than {other}",)
    elif clause.has("COMPARATIVE", "PREDICATE"):
        yield (f"{clause.text} than {other}",)
    elif clause.has("HAVE"):
        yield clause.text, f"{other} does not have {clause.rest}"
