"""Peak memory: how many bytes of tensors an encoder holds at most while one picture passes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from checker.lab.metric import metric

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from checker.lab.subjects import Subject


@metric(
    "peak_memory",
    title="peak memory",
    definition="most bytes of weights and results that the encoder holds at once during a forward pass over one picture",
    source="the encoder itself",
    unit="bytes",
    unit_words=("bytes", "byte"),
    reads="model",
    needs=("features",),
    margin=(0.0, "relative"),
    synonyms=("peak memory usage", "memory footprint", "memory usage", "inference memory"),
    comparatives=(
        ("higher", "greater"),
        ("more", "greater"),
        ("greater", "greater"),
        ("larger", "greater"),
        ("lower", "less"),
        ("less", "less"),
        ("smaller", "less"),
    ),
    predicates=(
        ("needs less memory", "less"),
        ("need less memory", "less"),
        ("uses less memory", "less"),
        ("use less memory", "less"),
        ("needs more memory", "greater"),
        ("need more memory", "greater"),
        ("uses more memory", "greater"),
        ("use more memory", "greater"),
    ),
    hints=("memory", "footprint"),
    counts=True,
)
def peak_memory(subject: Subject) -> Tensor:
    """The bytes of all parameters and buffers, and the most that results of operations take at one time on top: (1, 1).

    Every tensor that an operation hands on counts from then until nothing refers to its storage. What an operation needs within
    itself, and what an allocator holds back, does not count, so the memory of a process is larger. The prepared picture counts.
    """
    import torch

    encoder = subject.encoder
    held = {tensor.untyped_storage().data_ptr(): tensor.untyped_storage().nbytes() for tensor in _kept(encoder.module)}
    picture = encoder.prepare(subject.images[:1])
    with torch.inference_mode():
        results = peak_of_results(lambda: encoder.module.forward_features(picture), known=set(held))
    return torch.tensor([[sum(held.values()) + picture.untyped_storage().nbytes() + results]], dtype=torch.float64)


def _kept(module: Any) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def peak_of_results(run: Callable[[], object], known: set[int]) -> int:
    """The most bytes that results of operations take at one time while `run` runs.

    A storage counts once, from the operation that made it until it is released; those at the addresses `known`, and those that an
    operation was given, are no results.
    """
    import weakref

    import torch
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils._pytree import tree_leaves

    now, peak = 0, 0
    alive: set[int] = set(known)

    def release(address: int, size: int) -> None:
        nonlocal now
        now -= size
        alive.discard(address)

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            nonlocal now, peak
            given = {_address(each) for each in tree_leaves((args, kwargs)) if isinstance(each, torch.Tensor)}
            results = func(*args, **(kwargs or {}))
            for result in tree_leaves(results):
                if isinstance(result, torch.Tensor) and _address(result) not in alive | given:
                    storage = result.untyped_storage()
                    alive.add(_address(result))
                    now += storage.nbytes()
                    weakref.finalize(storage, release, _address(result), storage.nbytes())
            peak = max(peak, now)
            return results

    with Watch():  # type: ignore[no-untyped-call]
        run()
    return peak


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
