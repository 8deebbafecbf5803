from __future__ import annotations

import pytest

from checker.errors import ConfigurationError
from checker.reports.select import selector


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("", True),
        ("mae", True),
        ("MAE and dino", True),
        ("mae and not dino", False),
        ("simmim or (mae and dino)", True),
        ("mae-attention", True),
        ("x", False),
    ],
)
def test_expressions(expression: str, fits: bool) -> None:
    assert selector(expression)("mae-attention-distance-dino MAE has shorter ...") is fits


@pytest.mark.parametrize("expression", ["and", "mae dino", "(mae", "not"])
def test_what_is_no_expression(expression: str) -> None:
    with pytest.raises(ConfigurationError, match="words joined by"):
        selector(expression)
