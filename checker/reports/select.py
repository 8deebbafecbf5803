"""`-k EXPR`: words joined by and, or, not and parentheses, as pytest reads them; a word fits when the text holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from checker.errors import ConfigurationError

WORD = re.compile(r"[^\s()]+")
OPERATORS = {"and", "or", "not"}


def selector(expression: str) -> Callable[[str], bool]:
    """Compile an expression. Raises ConfigurationError when it is not one."""
    if not expression.strip():
        return lambda text: True
    words: list[str] = []

    def name(match: re.Match[str]) -> str:
        if match[0] in OPERATORS:
            return match[0]
        words.append(match[0].casefold())
        return f"w{len(words) - 1}"

    try:
        tree = ast.parse(WORD.sub(name, expression.strip()), mode="eval").body
    except SyntaxError:
        raise ConfigurationError(f"-k {expression!r}: write words joined by and, or, not") from None

    def holds(node: ast.expr, text: str) -> bool:
        if isinstance(node, ast.BoolOp):
            join = all if isinstance(node.op, ast.And) else any
            return join(holds(value, text) for value in node.values)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return not holds(node.operand, text)
        if isinstance(node, ast.Name):
            return words[int(node.id[1:])] in text
        raise ConfigurationError(f"-k {expression!r}: write words joined by and, or, not")

    holds(tree, "")
    return lambda text: holds(tree, text.casefold())
