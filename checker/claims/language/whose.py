"""Of which models a sentence says a change, where it names several: what it may mean, as whole sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from checker.claims.language.changed import LOSES, Changed, Named, bracketed
from checker.claims.language.question import QuestionError
from checker.variant import Variant
from checker.vocabulary import Vocabulary

CONTRASTED = re.compile(
    r"(?:compared (?:to|with)|in comparison (?:to|with)|relative to|unlike|in contrast to|contrary to) [^,]*,\s+(?:the |an? )?",
    re.IGNORECASE,
)

MOST_MODELS = 2  # of a sentence with a change that may be said of each
NOT_OF_MODELS = re.compile(  # what stands before a change that is denied, restricted, or not made to a whole model
    r"\b(?:not|never|only|unless|except|even|just|without|but|no|less|layers?|blocks?|heads?|tokens?)\s*$", re.IGNORECASE
)


class AmbiguousError(QuestionError):
    """Raised where a sentence can mean one of several `sentences`, each whole; those that read are offered."""

    def __init__(self, reason: str, missing: str, sentences: Sequence[str], together: bool = False) -> None:
        super().__init__(reason, missing, together=together)
        self.sentences = tuple(sentences)


def check_whose(changed: Changed, vocabulary: Vocabulary) -> None:
    """Raise AmbiguousError where a change behind one model may be meant of another one before it as well, and where it is made to
    a family, whose members have it each."""
    for index, one in enumerate(changed.models):
        if not one.changes:
            continue
        before = changed.sentence[: one.start]
        others = [other for other in changed.models[:index] if not other.changes and other.name != one.name]
        if before.count("(") > before.count(")"):  # among the members of a family
            others = [other for other in others if other.start > before.rindex("(")]
        said = changed.sentence[one.middle : one.end].strip(" ,")
        if others and not one.written and not CONTRASTED.fullmatch(before):
            name = changed.sentence[one.start : one.middle]
            listed = " and ".join(dict.fromkeys(changed.sentence[other.start : other.middle] for other in others))
            if LOSES.search(changed.sentence):  # by which both may lose
                text = f"{before}{name}, under the change {bracketed(one.changes)}{changed.sentence[one.end :]}"
                reason = f"{said!r} can be said of {name}, or be the change by which both lose"
                raise AmbiguousError(reason, "the change at the beginning of the sentence", [text])
            both = [_with_changes(changed.sentence, models, one.changes, vocabulary) for models in ([one], [*others, one])]
            reason = f"{said!r} can be said of {name} alone, or of {listed} as well"
            raise AmbiguousError(reason, "each model with what is changed in it", both)
        if vocabulary.model(one.name) is None:
            members = vocabulary.members(one.name)
            text = _with_changes(changed.sentence, [one], one.changes, vocabulary)
            raise AmbiguousError(f"{said!r} is made to each of {', '.join(members)}", "the models by name", [text])


def said_of(changed: Changed, vocabulary: Vocabulary) -> AmbiguousError | None:
    """What to ask of a sentence that names one or two models, and a change by itself beside them: which of them it is made to."""
    sentence, alone, models = changed.sentence, list(changed.alone.items()), changed.models
    if len(alone) != 1 or not 1 <= len(models) <= MOST_MODELS or any(one.changes for one in models) or LOSES.search(sentence):
        return None
    ((phrase, label),) = alone
    together = _together(phrase).search(sentence)
    before, _, after = sentence.partition(together[0] if together else phrase)
    leads = not before.strip() and after.startswith(",")
    ends = not after.strip() or re.match(r"\s+than\b", after) is not None
    named = {one.name for one in models}
    if not (leads or ends or together) or NOT_OF_MODELS.search(before) or len(named) < len(models):
        return None
    changes = [(name, value) for name, _, value in (part.partition(": ") for part in label.strip("()").split(", "))]
    whole = _without(_with_changes(sentence, models, changes, vocabulary), phrase)
    names = [sentence[each.start : each.middle] for each in models]
    missing = "each model with what is changed in it"
    if together or len(models) == 1:
        return AmbiguousError(f"{phrase!r} is said of {' and '.join(names)}", missing, [whole])
    first, second = models
    one = first if sentence.find(phrase) < second.start else second
    name, other = names if one is first else reversed(names)
    single = _without(_with_changes(sentence, [one], changes, vocabulary), phrase)
    return AmbiguousError(f"{phrase!r} can be said of {name} alone, or of {other} as well", missing, [single, whole])


def _together(phrase: str) -> re.Pattern[str]:
    """A change that is said of both."""
    return re.compile(
        rf"\b(?:(?:when|if|once|after) )?both (?:of them )?(?:are |were |being )?{re.escape(phrase)}", re.IGNORECASE
    )


def _without(sentence: str, phrase: str) -> str:
    said = rf"(?:{_together(phrase).pattern}|{re.escape(phrase)})"
    text = re.sub(rf"\s*,?\s*{said}\s*,?\s*", " ", sentence, count=1, flags=re.IGNORECASE).strip()
    return text[:1].upper() + text[1:]


def _with_changes(sentence: str, models: Sequence[Named], changes: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> str:
    """The sentence with changes written behind each of some models, or each member of a family, in place of those that stand
    there."""
    for one in sorted(models, key=lambda one: -one.start):
        label = f" {bracketed(changes)}"
        if vocabulary.model(one.name) is None:
            labels = [str(Variant(member, tuple(changes))) for member in vocabulary.members(one.name)]
            label = f" (each of {', '.join(labels[:-1])} and {labels[-1]})"
        sentence = f"{sentence[: one.middle]}{label}{sentence[max(one.middle, one.end) :]}"
    return sentence
