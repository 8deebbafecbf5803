"""Relative log amplitude: how strong the finest spatial pattern of the tokens is, compared with their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.lab.metric import metric
from checker.lab.metrics.base import patch_tokens

if TYPE_CHECKING:
    from torch import Tensor

FLOOR = 1e-6  # added to every amplitude, so that the log of zero is finite


@metric(
    "relative_log_amplitude",
    title="relative log amplitude",
    definition="log amplitude of the tokens at the highest diagonal frequency minus that at zero, mean over channels",
    source="Park and Kim 2022, figures 2a and 8",
    unit="Np",
    unit_words=("Np", "neper", "nepers"),
    reads="tokens",
    margin=(0.1, "Np"),
    synonyms=("high-frequency amplitude",),
    layers="upper half",
    hints=("frequency", "frequencies", "high-frequency", "low-frequency", "high-frequencies", "low-pass", "high-pass"),
    loose=(
        ("keeps more high frequencies", "greater"),
        ("retains more high frequencies", "greater"),
        ("preserves more high frequencies", "greater"),
        ("keeps more high-frequency information", "greater"),
        ("retains more high-frequency information", "greater"),
        ("preserves more high-frequency information", "greater"),
        ("more high-frequency information", "greater"),
        ("more high frequencies", "greater"),
        ("uses more high frequencies", "greater"),
        ("relies more on high frequencies", "greater"),
        ("exploits more high frequencies", "greater"),
        ("captures more high-frequency information", "greater"),
        ("captures more low-frequency information", "less"),
        ("relies more on low frequencies", "less"),
        ("is more of a low-pass filter", "less"),
        ("is more of a high-pass filter", "greater"),
    ),
)
def relative_log_amplitude(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Log amplitude of the highest frequency on the half diagonal, minus that of frequency zero: (batch,), in nepers.

    It is the last value of `half_diagonal`. 0 is the expectation of white noise on an even grid; below 0, the tokens are
    smooth over the image. On an odd grid the highest frequency is complex while frequency zero is real, which alone lifts
    white noise to ln(2) / 2.

    Source: Park and Kim 2022, figures 2a and 8 (in the figures the curve and its end, over depth).

    Raises ValueError when the shape does not fit the grid or the grid is not square.
    """
    return half_diagonal(tokens, grid, prefix)[:, -1]


def half_diagonal(tokens: Tensor, grid: tuple[int, int], prefix: int = 1) -> Tensor:
    """Log amplitudes along the half diagonal of the spectrum, relative to frequency zero.

    The patch tokens are n x n maps, one for each channel. With F_c the unnormalised two-dimensional discrete Fourier
    transform of channel c, the value at k is mean_c ln(|F_c(k, k)| + FLOOR) - mean_c ln(|F_c(0, 0)| + FLOOR): the log is
    taken before the mean over channels. k counts the cycles per n patches along both axes, so it stands for the angular
    frequency 2 pi k / n in each, and runs from 0 to floor(n / 2), which is pi on an even grid. (The notebook of the paper
    shifts the spectrum and ends one step short of pi on an even grid.)

    tokens: (batch, tokens, width), tokens = prefix + n * n, patches in row-major order. grid: (n, n). prefix: tokens before
    the patches. Returns (batch, floor(n / 2) + 1), natural logs, double precision; the first column is 0.

    Source: Park and Kim 2022, figure 2a.

    Raises ValueError when the shape does not fit the grid or the grid is not square.
    """
    import torch

    if grid[0] != grid[1]:
        raise ValueError(f"the grid has {grid[0]} x {grid[1]} patches; the half diagonal needs a square one")
    maps = patch_tokens(tokens, grid, prefix).double().unflatten(1, grid)  # (B, n, n, D)
    diagonal = torch.fft.rfft2(maps, dim=(1, 2)).diagonal(dim1=1, dim2=2)  # (B, D, floor(n / 2) + 1)
    logs: Tensor = (diagonal.abs() + FLOOR).log().mean(1)
    return logs - logs[:, :1]
