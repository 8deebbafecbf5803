from __future__ import annotations

from typing import Any

import pytest

from checker.claims.spec import Margin
from checker.evidence import Run, Trained, goes_deeper, key_of, stands
from tests.evidence.runs import COMPARE, NAMES, run

OTHER_CODE = run().code.model_copy(update={"decision": "0123456789abcdef"})


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_run_stands_while_nothing_has_changed(name: str) -> None:
    kept = run(name)
    assert kept.key == key_of(kept.spec, kept.code, {model: made.weights for model, made in kept.models.items()})
    elsewhere = kept.spec.model_copy(update={"id": "b", "statement": "said otherwise", "source": "N#^b", "reviewed": True})
    assert stands(kept, elsewhere, kept.code)
    assert not stands(kept, kept.spec, OTHER_CODE)


def other_weights(kept: Run) -> dict[str, Any]:
    name, model = next(iter(kept.models.items()))
    return {"models": {**kept.models, name: model.model_copy(update={"weights": ("0", *model.weights[1:])})}}


@pytest.mark.parametrize(
    "changes",
    [
        lambda kept: {"key": "0123"},
        lambda kept: {"code": OTHER_CODE},
        lambda kept: {"spec": kept.spec.model_copy(update={"margin": Margin(value=0.5)})},  # edited in the record alone
        other_weights,
    ],
)
def test_a_record_that_was_changed_does_not_stand(changes: Any) -> None:
    kept = run(COMPARE)
    assert not stands(kept.model_copy(update=changes(kept)), kept.spec, kept.code)


def test_a_deeper_run_answers_what_a_shallower_one_asks() -> None:
    shallow = run(COMPARE)
    models = {
        name: model.model_copy(update={"seeds": (*model.seeds, 3), "weights": (*model.weights, "new")})
        for name, model in shallow.models.items()
    }
    assert all(isinstance(model, Trained) for model in models.values())
    deep = shallow.model_copy(update={"look": 2, "models": models})
    assert goes_deeper(deep, shallow)
    assert not goes_deeper(shallow, deep)
    assert not goes_deeper(shallow, shallow)
    assert not goes_deeper(deep.model_copy(update={"code": OTHER_CODE}), shallow)
    assert not goes_deeper(deep.model_copy(update=other_weights(deep)), shallow)


def test_a_deeper_run_with_other_values_answers_nothing() -> None:
    shallow = run()
    deep = shallow.model_copy(update={"look": shallow.look + 1})
    assert goes_deeper(deep, shallow)
    values = {
        name: kept.model_copy(update={"layers": tuple(tuple(3 * value for value in row) for row in kept.layers)})
        for name, kept in deep.values.items()
    }
    assert not goes_deeper(deep.model_copy(update={"values": values}), shallow)
