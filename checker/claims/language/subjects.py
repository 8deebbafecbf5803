"""The models that a sentence is about."""

from __future__ import annotations

from checker.claims.kind import KINDS
from checker.claims.language import unknown
from checker.claims.language.noise import NEGATIONS
from checker.claims.language.places import SCOPES, scope_of
from checker.claims.language.question import Choice, Edit, QuestionError, UnknownError, adding
from checker.claims.language.released import of_size
from checker.claims.language.tree import Node, Parsed, direct, leaves, ordered, trees
from checker.scope import Scope
from checker.variant import Variant

EACH = ("ALL_OF_FAMILY", "SOME_OF_FAMILY", "EACH_OF", "SOME_OF", "MOST_OF")
BESIDE = ("PRETRAINED", "TOY", "WITH", "WEIGHTS", "PATCH_TOKENS", "OF")  # a name, without changing which model is meant
SINGULAR = {"have": "has", "are": "is", "do": "does", "show": "shows"}


def name_of(parsed: Parsed, thing: Node) -> tuple[str, str]:
    """(MODEL or FAMILY, name) of a thing. Raises UnknownError for a name that nobody knows."""
    tokens = [token for token in leaves(thing) if token.type not in BESIDE]
    if tokens[0].type in EACH:
        each, *tokens = tokens
        if each.type not in ("ALL_OF_FAMILY", "EACH_OF") or tokens[0].type != "FAMILY":
            raise QuestionError(f"{str(each)!r} of {tokens[0]} is not said of models here", "the models by name")
    if tokens[0].type == "NAME":
        raise UnknownError(" ".join(tokens))
    for node in thing.find_data("kin"):
        (kin,) = leaves(node)
        if str(tokens[0]) not in (str(kin), *parsed.vocabulary.members(str(kin))):
            raise QuestionError(f"{kin} is not what {tokens[0]} is here", "one name for it")
    if tokens[0].type == "IT":
        raise QuestionError(
            f"it does not say which model {str(tokens[0])!r} is", "a model, in the sentence or as `introduces:` of the note"
        )
    return tokens[0].type, str(tokens[0])


def the_one(parsed: Parsed, role: str) -> str:
    """The one model or family in a role."""
    things = [child for node in parsed.all(role) for child in trees(node)]
    if not things:
        known = [model.name for model in parsed.vocabulary.models if model.learned]
        raise QuestionError("it does not say of which model", "subject", [adding(f"in {name}", name) for name in known])
    names = list(dict.fromkeys(name_of(parsed, thing)[1] for thing in ordered(things)))
    if len(names) > 1:
        listed = " and ".join(names)
        reason = f"it speaks of {listed}; write one claim for each"
        raise QuestionError(reason, f"one {role}", one_by_one(parsed, role), together=True)
    return names[0]


def one_by_one(parsed: Parsed, role: str) -> list[Choice]:
    """The sentence with each of the things in a role by itself, where they stand together in one place."""
    nodes = parsed.all(role)
    if role == "baseline" and parsed.tokens(*NEGATIONS):
        return []  # it may deny only that both hold
    if KINDS[parsed.kind].symmetric and any(str(token.type) == "AND" for token in direct(parsed.body)):
        return []  # the others are a pair as well
    scoped = [any(token.type in SCOPES for token in leaves(thing)) for thing, _ in things_in(parsed, role)]
    if any(scoped) and not all(scoped):
        return []  # what is said of one may be meant of all
    if len(nodes) != 1 or any(nodes[0].find_data("excepted")):  # what follows "and" may be excepted as well
        return []
    first, last = parsed.span(nodes[0])
    verbs = [] if role != "subject" else [token for token in leaves(parsed.tree) if str(token) in SINGULAR]
    agree = [Edit(token.start_pos or 0, (token.start_pos or 0) + 1, SINGULAR[str(token)]) for token in verbs]
    things = things_in(parsed, role)
    if any(one in parsed.vocabulary.members(other) for _, one in things for _, other in things if one != other):
        return []  # one of them says what the other is
    choices = []
    for thing, _ in things:
        start, end = parsed.span(thing)
        gone = [edit for edit in (Edit(first, start, ""), Edit(end, last, "")) if edit.first < edit.last]
        one = [] if name_of(parsed, thing)[0] == "FAMILY" else agree
        choices.append(Choice((Edit(first, first, "", article=True), *gone, *one)))
    return choices


def baseline_of(parsed: Parsed) -> str:
    if not parsed.all("baseline"):
        others = others_of(parsed, the_one(parsed, "subject"))
        choices = [adding(f"than {name}", name) for name in others]
        raise QuestionError("it does not say compared with what", "baseline", choices)
    return the_one(parsed, "baseline")


def others_of(parsed: Parsed, name: str) -> tuple[str, ...]:
    """What a model could be compared with: one of a size with the releases of that size."""
    sized = Variant.parse(name).model
    for release in parsed.vocabulary.releases:
        for size, _ in release.sizes:
            if release.name(size) == sized:
                return tuple(other for other in of_size(parsed.vocabulary, size) if other != sized)
    return tuple(model.name for model in parsed.vocabulary.models if model.name not in parsed.vocabulary.members(name))


def things_in(parsed: Parsed, role: str) -> list[tuple[Node, str]]:
    """The things in a role, and their names."""
    return [(thing, name_of(parsed, thing)[1]) for node in parsed.all(role) for thing in ordered(trees(node))]


def meant(parsed: Parsed, thing: Node) -> tuple[str, ...]:
    """The models that a thing means: itself, or the members of a family: those listed behind its name, or all that its scope
    has (without a scope, those with a toy), but for those that are excepted."""
    kind, name = name_of(parsed, thing)
    if kind != "FAMILY":
        return (name,)
    for node in thing.find_data("listed"):
        parts = [part for part in trees(node) if part.data == "model_list"]
        listed = [one for part in parts for one in ordered(trees(part))] or trees(node)
        return tuple(dict.fromkeys(listed_member(parsed, one, name) for one in listed))
    members = parsed.vocabulary.members(name)
    scope = Scope.PRETRAINED if scope_of(parsed) == "pretrained" or released_in(parsed) else Scope.TOY
    there = tuple(one for one in members if (model := parsed.vocabulary.model(one)) and scope in model.scopes) or members
    for node in thing.find_data("excepted"):
        parts = trees(node)
        things = ordered(trees(parts[0])) if parts[0].data == "model_list" else parts
        out = [member(parsed, one, name) for one in things]
        for one in out:
            if one not in members:
                raise QuestionError(f"{one} is no member of {name}, which has {', '.join(members)}", "members that are excepted")
        there = tuple(one for one in there if one not in out)
    if len(there) < 2 and any(thing.find_data("excepted")):
        left = f"only {there[0]}" if there else "nothing"
        raise QuestionError(f"that leaves {left} of {name}", "the models by name")
    return there


def released_in(parsed: Parsed) -> list[str]:
    """The models of a sentence that exist only as released weights: of a size, of a tag, or members of a family of such."""
    named = [name for token in parsed.tokens("MODEL", "FAMILY") for name in parsed.vocabulary.members(token)]
    return [name for name in named if (word := parsed.vocabulary.model(name)) and word.released]


def member(parsed: Parsed, thing: Node, family: str) -> str:
    """The model in a list of a family's members."""
    for token in leaves(thing):
        if token.type == "NAME":
            what, missing = unknown.KINDS[unknown.kind_of(token) or "model"]
            raise QuestionError(f"{str(token)!r} among the members of {family} is {what}", missing)
    kind, name = name_of(parsed, thing)
    if kind != "MODEL" or len(leaves(thing)) > 1:
        raise QuestionError(f"{parsed.text(thing)!r} is no member of {family} by its name", "the members by name")
    return name


def listed_member(parsed: Parsed, thing: Node, family: str) -> str:
    """A model that a list names as a member of a family: one of its own, or one that no family here has."""
    name, members = member(parsed, thing, family), parsed.vocabulary.members(family)
    rivals = [parsed.vocabulary.members(other.name) for other in parsed.vocabulary.families if not other.generic]
    if name not in members and any(name in rival for rival in rivals):
        raise QuestionError(f"{name} is no member of {family}, which has {', '.join(members)}", "members of the family")
    return name


def lost_by(parsed: Parsed) -> dict[str, str] | None:
    """The changes by which something is lost; None where nothing is said of a loss."""
    changes = [part.partition(": ") for text in parsed.tokens("CHANGE") for part in text.strip("()").split(", ")]
    return {name: value for name, _, value in changes} or None
