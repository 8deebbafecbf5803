"""Do models stand in this order? A > B > C."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING

from checker.errors import MeasurementError
from checker.verdicts.answers import AnswersOption
from checker.verdicts.compare import compare
from checker.verdicts.looks import ONE_LOOK, Looks
from checker.verdicts.quantifier import combine
from checker.verdicts.verdict import Verdict
from checker.words import Claimed

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def ranking(
    models: Mapping[str, ArrayLike],
    relation: Claimed = "greater",
    margin: float = 0.0,
    alpha: float = 0.05,
    looks: Looks = ONE_LOOK,
    relative: float | None = None,
    answers: AnswersOption = "seen",
) -> Verdict:
    """Decide "each model is greater (less) than the next by more than the margin" from (seeds, images) of each, in order.

    The claim is that all neighbouring pairs hold, so each is decided like `compare` at the full alpha: to support a wrong order,
    the pair that is wrong would have to be supported wrongly, and that happens with alpha at most (Berger 1982). Refuting takes
    one pair only, whichever it is, so there alpha is shared by the pairs (Bonferroni). Else the undecided pair is named.

    Raises MeasurementError for fewer than two models, and as `compare` does for each pair.
    """
    if len(models) < 2:
        raise MeasurementError(f"a ranking needs at least two models; there are {len(models)}")
    sign = ">" if relation in ("greater", "not less") else "<"
    pairs = {
        f"{first} {sign} {second}": compare(models[first], models[second], relation, margin, alpha, looks, relative, answers)
        for first, second in itertools.pairwise(models)
    }
    return combine(pairs, "all", alpha)
