"""An encoder of one's own, loaded as its entry says: from a checkpoint to something that can be measured."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from checker.errors import MeasurementError
from checker.lab.description import Channels
from checker.lab.geometry import of_module
from checker.lab.own.contents import Contents, fingerprint, read_contents
from checker.lab.own.encoders import Found, choose, find_encoders, parts_of, shown_names, why_none
from checker.lab.own.entries import Entry, OwnModel
from checker.lab.own.network import build, check, fill, fit
from checker.lab.own.suggest import described, suggest

if TYPE_CHECKING:
    from torch import Tensor

    from checker.lab.encoder import Encoder


@dataclass(frozen=True)
class Used:
    """What a measurement used of a checkpoint: its `file` from the folder of the project, the `hash` of its bytes, the encoder
    in it by `key` and `prefix`, its `layout`, and the network and normalisation that it was loaded with."""

    file: str
    hash: str
    key: str
    prefix: str
    layout: str
    architecture: str
    arguments: Mapping[str, Any]
    mean: Channels
    std: Channels
    aside: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON values."""
        values = {**vars(self), "arguments": dict(self.arguments), "mean": list(self.mean), "std": list(self.std)}
        return {**values, "aside": list(self.aside)}

    @property
    def identity(self) -> str:
        """A hash of everything that decides what is measured: where the file lies does not."""
        values = {name: value for name, value in self.as_dict().items() if name != "file"}
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Loaded:
    """A network with every weight of an encoder, in evaluation mode, and what was used."""

    module: Any
    used: Used


def load_seed(model: OwnModel, seed: int) -> Loaded:
    """The network of one seed of a model, 0 for the first.

    Raises MeasurementError, naming model and file and saying what to do, where the file does not hold every weight of one
    encoder, or where architecture or normalisation are not known.
    """
    path = model.file(seed)
    try:
        return load_entry(model.entry, read_contents(path), model.entry.seeds[seed])
    except MeasurementError as error:
        raise MeasurementError(f"{model.name}: {error}") from error


def used_of(model: OwnModel, seed: int) -> Used:
    """What the network of one seed would be made of, without making it. Raises MeasurementError as `load_seed` does."""
    try:
        return _resolve(model.entry, read_contents(model.file(seed)), model.entry.seeds[seed])[1]
    except MeasurementError as error:
        raise MeasurementError(f"{model.name}: {error}") from error


def load_entry(entry: Entry, contents: Contents, shown: str) -> Loaded:
    """The network of what was read, as an entry says; `shown` is what its file is called. Raises MeasurementError as
    `load_seed` does."""
    parts, used = _resolve(entry, contents, shown)
    try:
        module = build(used.architecture, used.arguments)
        fitted = fit(parts, module)
        check(fitted, module)
    except MeasurementError as error:
        raise _of(contents, error) from error
    fill(fitted, module)
    module.eval().requires_grad_(False)
    return Loaded(module, used)


def _resolve(entry: Entry, contents: Contents, shown: str) -> tuple[dict[str, Tensor], Used]:
    """The tensors of the encoder that an entry means, and what they are loaded as."""
    try:
        found = find_encoders(contents.tree)
        if not found:
            raise MeasurementError(
                why_none(contents.tree) or f"has no encoder that is known here, but {shown_names(contents.tree)}"
            )
        chosen = choose(found, entry.key, entry.prefix)
        parts, aside = parts_of(chosen, tuple(entry.aside))
        architecture, arguments = _architecture(entry, chosen, parts, contents)
        mean, std = _normalisation(entry, contents)
    except MeasurementError as error:
        raise _of(contents, error) from error
    tops = tuple(sorted({name.partition(".")[0] for name in aside}))
    place = (shown, fingerprint(contents), chosen.key, chosen.prefix, chosen.layout.name)
    return parts, Used(*place, architecture, arguments, mean, std, tops)


def _of(contents: Contents, error: MeasurementError) -> MeasurementError:
    """An error that names the file."""
    text = str(error)
    return error if text.startswith(str(contents.path)) else MeasurementError(f"{contents.path}: {text}")


def as_encoder(name: str, loaded: Loaded, weights: str) -> Encoder:
    """A loaded network as something that can be measured, under a hash of its weights; in half precision on a GPU.

    Raises MeasurementError for a transformer without global attention among patches.
    """
    import torch

    from checker.lab.encoder import describe
    from checker.lab.subjects import describe_stages, is_staged

    size = of_module(loaded.module).image or 224
    kind = describe_stages if is_staged(loaded.module) else describe
    encoder = kind(name, loaded.module, size, loaded.used.mean, loaded.used.std, weights)
    if torch.cuda.is_available():
        encoder.module.half().cuda()
    return encoder


def _architecture(entry: Entry, found: Found, parts: Mapping[str, Tensor], contents: Contents) -> tuple[str, dict[str, Any]]:
    """The architecture that an entry names, with what only a description beside the weights says of it, or the one that such a
    description has whole. Raises MeasurementError where the two differ, or there is neither."""
    if not entry.architecture and not entry.arguments:
        if not contents.config:
            raise MeasurementError(
                "which architecture it is is not said: write `architecture` (timm's name) or `arguments` into the entry; "
                "`check-claims models inspect` shows what fits"
            )
        suggestion = suggest(found, parts, contents.config)
        if suggestion.unknown:
            raise MeasurementError(
                f"the config.json beside it does not say its {', '.join(suggestion.unknown)}; write `arguments`"
            )
        return suggestion.architecture, dict(suggestion.arguments)
    said = described(found, contents.config)
    stated = str(contents.config.get("architecture") or "").partition(".")[0]
    if stated and entry.architecture and stated != entry.architecture.partition(".")[0]:
        raise MeasurementError(f"the config.json beside it says {stated}, not {entry.architecture}")
    differing = [f"{name} {said[name]}, not {value}" for name, value in entry.arguments.items() if said.get(name, value) != value]
    if differing:
        raise MeasurementError(f"the config.json beside it says {'; '.join(differing)}")
    if entry.architecture and "num_heads" in said:
        heads = of_module(build(entry.architecture, entry.arguments)).heads
        if heads != said["num_heads"]:
            raise MeasurementError(f"the config.json beside it says {said['num_heads']} attention heads, not {heads}")
    return entry.architecture, {**said, **entry.arguments}


def _normalisation(entry: Entry, contents: Contents) -> tuple[Channels, Channels]:
    """Mean and standard deviation, as the entry says or the author of the weights does."""
    if entry.channels is not None:
        return entry.channels
    if contents.mean is not None and contents.std is not None:
        return contents.mean, contents.std
    raise MeasurementError(
        "how its pictures were normalised is not known: write `normalise: imagenet` (or half, clip, none, or mean and std) "
        "into the entry"
    )
