"""Heads removed: in each layer, those that write least into the tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.changes.base import Intervention, add
from checker.lab.recipes import Recipe, Setting

if TYPE_CHECKING:
    from torch import Tensor


def head_sizes(attention: Any) -> Tensor:
    """How large the map is by which each head of timm's attention writes values into tokens: (heads,), the Frobenius norms of
    the products of its part of the output projection and of its value projection."""
    import torch

    heads, width = attention.num_heads, attention.head_dim
    value = attention.qkv.weight.float().view(3, heads, width, -1)[2]  # (heads, width of a head, width of a token)
    output = attention.proj.weight.float().view(-1, heads, width).transpose(0, 1)  # (heads, width of a token, width of a head)
    sizes: Tensor = torch.linalg.matrix_norm(output @ value)
    return sizes


def apply(module: Any, count: Setting) -> None:
    """Take `count` heads out of each layer, those with the smallest `head_sizes`; the rest keep their order.

    Source: heads removed after training as in Michel et al. 2019, "Are sixteen heads really better than one?"; they choose by
    gradients, which a model without its task does not have.

    Raises MeasurementError for attention of another form than timm's plain one, and where no head would be left.
    """
    for block in module.blocks:
        _remove(block.attn, int(count))


def _remove(attention: Any, count: int) -> None:
    import torch
    from timm.layers.attention import Attention
    from torch import nn

    heads, width = attention.num_heads, getattr(attention, "head_dim", 0)
    plain = type(attention) is Attention and attention.gate is None and isinstance(attention.norm, nn.Identity)
    if not plain:
        raise MeasurementError(
            f"heads are not removed from {type(attention).__name__}: only timm's plain attention is known here"
        )
    if count >= heads:
        raise MeasurementError(f"{count} of {heads} heads cannot be removed: one has to be left")
    kept = head_sizes(attention).topk(heads - count).indices.sort().values
    rows = (kept[:, None] * width + torch.arange(width, device=kept.device)).flatten()
    with torch.no_grad():
        qkv, proj = attention.qkv, attention.proj
        three = torch.cat([rows + part * heads * width for part in range(3)])
        qkv.weight = nn.Parameter(qkv.weight[three], requires_grad=False)
        if qkv.bias is not None:
            qkv.bias = nn.Parameter(qkv.bias[three], requires_grad=False)
        proj.weight = nn.Parameter(proj.weight[:, rows], requires_grad=False)
    qkv.out_features, proj.in_features = len(three), len(rows)
    attention.num_heads, attention.attn_dim = heads - count, len(rows)


def refuses(recipe: Recipe, count: Setting) -> str:
    heads = recipe.architecture.heads
    return f"it has {heads} heads in a layer, and one has to be left" if count >= heads else ""


add(
    Intervention(
        name="heads removed",
        title="n heads of each layer taken away, those that write least into the tokens, without training after it",
        least=1,
        most=31,
        module=__name__,
        nouns=("removing {} heads of each layer",),
        courses=("number of removed heads", "number of heads removed"),
        levels=(1, 2, 3),
        phrases=(
            "with {} heads removed",
            "with {} heads of each layer removed",
            "with {} heads pruned",
        ),
        synonyms=("heads pruned",),
        apply=apply,
        refuses=refuses,
        needs=frozenset({"attention"}),
    )
)
