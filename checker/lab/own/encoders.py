"""The encoders in a checkpoint: under which key, behind which prefix, in which layout. Pure functions; no file is read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.layouts import LAYOUTS, Layout
from checker.lab.unread import Unread

if TYPE_CHECKING:
    from torch import Tensor

DEEPEST = 5  # mappings inside mappings in which tensors are looked for
NOT_MODELS = ("optim", "scaler", "lr_sched", "scheduler")  # how the keys begin under which no model is looked for
WRAPPERS = {"_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module", "_fpw_module"}
ASIDE = re.compile(  # the names of parts beside the encoder: what a pretraining or a classifier needs besides it
    r"(?:\w*head\w*|\w*decoder\w*|\w*predict\w*|\w*project\w*|\w*classif\w*|\w*prototyp\w*|\w*queue\w*|\w*mask\w*|\w*loss\w*"
    r"|\w*criterion\w*|logit_\w+|proj|fc|pooler|pre_logits|attn_pool|center|fc_norm|lm_\w+|neck|n_averaged|student_temp)(?:\..*)?"
)
MODIFIED = (  # names that only weights have which something was done to, and what to do
    (r".*lora_(?:A|B|embedding_A|embedding_B)\b.*", "adapters (LoRA) beside their model; merge them (merge_and_unload in peft)"),
    (r".*\.weight_(?:orig|mask)", "masks of torch.nn.utils.prune; call prune.remove on each layer"),
    (r".*\.parametrizations\..*", "parametrizations; call torch.nn.utils.parametrize.remove_parametrizations on each layer"),
    (
        r".*\.(?:SCB|absmax|quant_map|quant_state.*|qweight|qzeros|scales|weight_scale)",
        "quantised weights; save them dequantised",
    ),
    (r".*\._packed_params.*", "quantised weights; save them dequantised"),
)


@dataclass(frozen=True)
class Found:
    """An encoder in a checkpoint: the `key` of the mapping that holds it ("": the whole file; dots between nested keys), the
    `prefix` of its names with its last dot, its layout, and its tensors under the names of the layout, without the prefix."""

    key: str
    prefix: str
    layout: Layout
    tensors: Mapping[str, Tensor]

    @property
    def place(self) -> str:
        """Key and prefix as an entry of models.yaml has them, on one line."""
        parts = [f"key: {self.key}"] if self.key else []
        parts += [f"prefix: {self.prefix}"] if self.prefix else []
        return ", ".join(parts) or "without key and prefix"


def find_encoders(tree: Mapping[Any, Any]) -> list[Found]:
    """Every encoder of a known layout in a checkpoint, in the order of the file."""
    found: list[Found] = []
    for key, tensors in _mappings(tree):
        places = [(prefix, layout) for layout in LAYOUTS.values() for prefix in _prefixes(tensors, layout)]
        for prefix, layout in places:
            inner = [other for other, _ in places if other != prefix and other.startswith(prefix)]
            found.append(Found(key, prefix, layout, _under(tensors, prefix, inner)))
    return found


def choose(found: list[Found], key: str | None, prefix: str | None) -> Found:
    """The encoder that an entry means: the only one, or the one under `key` and behind `prefix`.

    Raises MeasurementError, naming the choices, where it means several or none.
    """
    meant = [
        each
        for each in found
        if (key is None or each.key == key) and (prefix is None or each.prefix.rstrip(".") == prefix.rstrip("."))
    ]
    if len(meant) == 1:
        return meant[0]
    choices = "; ".join(f"`{each.place}`" for each in meant or found)
    if meant:
        raise MeasurementError(f"holds {len(meant)} encoders, and which one is meant is not said: write one of {choices}")
    asked = ", ".join(f"{name}: {value}" for name, value in (("key", key), ("prefix", prefix)) if value is not None)
    raise MeasurementError(f"has no encoder under `{asked}`; there is {choices}")


def parts_of(found: Found, aside: tuple[str, ...] = ()) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors of an encoder under the names of timm, and the names of those left aside: heads, decoders, mask tokens,
    and what begins with one of the names `aside`.

    Raises MeasurementError for weights that were modified, quantised or are no plain tensors.
    """
    for pattern, what in MODIFIED:
        odd = next((name for name in found.tensors if re.fullmatch(pattern, name)), None)
        if odd:
            raise MeasurementError(f"{found.prefix}{odd} shows {what}")
    tensors = found.layout.translate(found.tensors)
    left = [
        name for name in tensors if ASIDE.fullmatch(name) or name.startswith(tuple(f"{each}." for each in aside)) or name in aside
    ]
    parts = {name: tensor for name, tensor in tensors.items() if name not in left}
    for name, tensor in parts.items():
        if tensor.is_sparse or tensor.is_quantized or tensor.is_meta:
            raise MeasurementError(f"{name} is no plain tensor (sparse, quantised or without values)")
        if name.endswith(".weight") and not tensor.is_floating_point():
            raise MeasurementError(
                f"{name} holds {str(tensor.dtype).removeprefix('torch.')}: quantised weights; save them dequantised"
            )
    return parts, [name for name in left if name != "fc_norm" and not name.startswith("fc_norm.")]


def why_none(tree: Mapping[Any, Any]) -> str:
    """One sentence on a checkpoint in which no encoder was found, with what to do where its kind is known; "" where it is not."""
    mappings = list(_mappings(tree))
    names = {name for _, tensors in mappings for name in tensors}
    whole = next((key for key, value in tree.items() if isinstance(value, Unread) and key not in ("optimizer", "args")), None)
    if any("lora_" in name for name in names):
        return "it holds adapters (LoRA) without the model that they adapt; save the merged model (merge_and_unload in peft)"
    if not names and {"state", "param_groups"} <= set(map(str, tree)):
        return "it holds the state of an optimizer and no model; use the checkpoint saved beside it"
    if not names and any(str(key).lower().startswith(NOT_MODELS) for key in tree):
        return "it holds the state of an optimizer and no model; use the checkpoint saved beside it"
    if "shadow_params" in tree:
        return (
            "it holds averaged weights without names (shadow_params); copy them to the model (copy_to) and save its state_dict()"
        )
    if whole is not None and not names:
        return f"its {whole} is a whole {type(tree[whole]).name}, pickled, and not its weights; save its state_dict()"
    if not names:
        return "it holds no tensors with names"
    return ""


def shown_names(tree: Mapping[Any, Any], most: int = 3) -> str:
    """A few names of tensors in a checkpoint."""
    names = [f"{key}{'.' if key else ''}{name}" for key, tensors in _mappings(tree) for name in tensors]
    return ", ".join(sorted(names)[:most]) + (f" and {len(names) - most:,} more" if len(names) > most else "")


def _mappings(tree: Mapping[Any, Any], key: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Tensor]]]:
    """Every mapping in a checkpoint that holds tensors under names, with the keys that lead to it."""
    import torch

    tensors = {name: value for name, value in tree.items() if isinstance(name, str) and isinstance(value, torch.Tensor)}
    if tensors:
        yield key, tensors
    if depth < DEEPEST:
        for name, value in tree.items():
            if isinstance(name, str) and isinstance(value, Mapping) and not name.lower().startswith(NOT_MODELS):
                yield from _mappings(value, f"{key}.{name}" if key else name, depth + 1)


def _prefixes(tensors: Mapping[str, Tensor], layout: Layout) -> list[str]:
    """What stands before the names of each encoder of a layout, wrappers included."""
    clean = {_unwrapped(name) for name in tensors}
    count = layout.anchor.count(".") + 1
    prefixes = []
    for name in tensors:
        bare = _unwrapped(name)
        if bare != layout.anchor and not bare.endswith(f".{layout.anchor}"):
            continue
        before = bare.removesuffix(layout.anchor)
        if all(before + other in clean for other in layout.beside):
            parts = name.split(".")
            places = [index for index, part in enumerate(parts) if part not in WRAPPERS]
            prefixes.append("".join(f"{part}." for part in parts[: places[-count]]))
    return prefixes


def _under(tensors: Mapping[str, Tensor], prefix: str, inner: list[str]) -> dict[str, Tensor]:
    """The tensors behind a prefix, without it and without wrappers; those of the encoders behind `inner` prefixes left out."""
    return {
        _unwrapped(name.removeprefix(prefix)): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix) and not name.startswith(tuple(inner))
    }


def _unwrapped(name: str) -> str:
    return ".".join(part for part in name.split(".") if part not in WRAPPERS)
