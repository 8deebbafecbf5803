"""The syntax tree of a sentence, and what is read from it everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from checker.claims.language.question import QuestionError
from checker.vocabulary import Vocabulary

if TYPE_CHECKING:  # only a sentence that is parsed needs the parser
    from lark import Token, Tree

Node: TypeAlias = "Tree[Token]"


@dataclass(frozen=True)
class Parsed:
    """One syntax tree, with the vocabulary that its words are from."""

    tree: Node
    vocabulary: Vocabulary

    @property
    def kind(self) -> str:
        """The kind of claim that the tree is of."""
        return str(self.tree.data).removesuffix("_claim")

    @cached_property
    def body(self) -> Node:
        """The claim without the clauses before and after it."""
        return next(child for child in trees(self.tree) if child.data not in ("lead", "tail"))

    def all(self, *names: str) -> list[Node]:
        """The nodes of some names, in order of the sentence."""
        found = [node for node in self.tree.iter_subtrees_topdown() if node.data in names]
        return sorted(found, key=lambda node: min((token.start_pos or 0 for token in leaves(node)), default=0))

    def tokens(self, *types: str) -> list[str]:
        return [str(token) for token in leaves(self.tree) if token.type in types]

    def span(self, node: Node) -> tuple[int, int]:
        """The first of its words, and the one after its last."""
        places = [token.start_pos or 0 for token in leaves(node)]
        return min(places), max(places) + 1

    def text(self, node: Node) -> str:
        return " ".join(str(token) for token in leaves(node))


def trees(node: Node) -> list[Node]:
    from lark import Tree

    return [child for child in node.children if isinstance(child, Tree)]


def leaves(tree: Node) -> list[Token]:
    from lark import Token

    return list(tree.scan_values(lambda value: isinstance(value, Token)))


def direct(node: Node) -> list[Token]:
    from lark import Token

    return [child for child in node.children if isinstance(child, Token)]


def ordered(nodes: list[Node]) -> list[Node]:
    return sorted(nodes, key=lambda node: leaves(node)[0].start_pos or 0)


def single(values: Sequence[str], what: str) -> str:
    distinct = list(dict.fromkeys(values))
    if len(distinct) != 1:
        raise QuestionError(f"it has {len(distinct)} words for the {what}" if distinct else f"no {what}", f"one {what}")
    return distinct[0]
