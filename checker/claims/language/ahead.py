"""One word of lookahead for lark's Earley parser: of the rules that a place in a sentence predicts, those that can begin with the
next word or with none. It finds the same trees, and gets as far in what has none, in a fraction of the time."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from lark import Lark
from lark.grammar import Rule, Symbol


class Predictions(dict[Any, list[Rule]]):
    """The rules of each symbol, as the parser asks for them: by the type of the word at `upcoming`, None at the end."""

    def __init__(self, parser: Lark) -> None:
        earley = parser.parser.parser
        super().__init__(earley.predictions)
        self.upcoming: str | None = None
        self._direct: dict[Symbol, list[tuple[Rule, frozenset[str] | None]]] = defaultdict(list)
        for rule in earley.parser_conf.rules:
            self._direct[rule.origin].append((rule, _first(rule, earley.FIRST, earley.NULLABLE)))
        self._chosen: dict[tuple[Symbol, str | None], list[Rule]] = {}
        earley.predictions = self

    def __getitem__(self, symbol: Any) -> list[Rule]:
        key = symbol, self.upcoming
        if key not in self._chosen:
            self._chosen[key] = [rule for rule, first in self._direct[symbol] if first is None or self.upcoming in first]
        return self._chosen[key]


def _first(rule: Rule, first: dict[Symbol, set[Symbol]], nullable: set[Symbol]) -> frozenset[str] | None:
    """The types of words that a rule can begin with; None for one that can be empty."""
    types: set[str] = set()
    for symbol in rule.expansion:
        types |= {symbol.name} if symbol.is_term else {terminal.name for terminal in first[symbol]}
        if symbol not in nullable:
            return frozenset(types)
    return None
