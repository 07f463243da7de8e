"""Three worlds of an old policy: what it knew, and hence whom it rejected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorecard.errors import InputError
from scorecard.logodds import Floats


@dataclass(frozen=True, slots=True)
class World:
    """An old policy that accepted the applicants with the lowest index of risk.

    index = observed·z(score) + hidden·z(truth) + noise·ε, where score is the log-odds of an old
    scorecard on the features that a new model sees, truth the log-odds of the true PD (of which the
    features hold only a part), z subtracts the mean and divides by the deviation over the
    applicants, and ε is standard normal and independent of everything.

    With ``hidden`` 0 the rejected are missing at random given the features; with ``noise`` 0 too
    there is no overlap. ``text`` says it in words.
    """

    name: str
    observed: float
    hidden: float
    noise: float
    text: str

    def accepts(
        self, score: Floats, truth: Floats, approval_rate: float, seed: int
    ) -> NDArray[np.bool_]:
        """Return who is accepted, shape (n,): the share ``approval_rate`` of lowest index."""
        if not 0 < approval_rate < 1:
            raise InputError(f"approval_rate must lie inside (0, 1); got {approval_rate!r}.")
        noise = np.random.default_rng([seed, 7]).standard_normal(len(score))
        index = self.observed * _z(score) + self.hidden * _z(truth) + self.noise * noise
        accepted: NDArray[np.bool_] = index <= np.quantile(index, approval_rate)
        return accepted


WORLDS: tuple[World, ...] = (
    World(
        "random", 1.0, 0.0, 1.0,
        "The old decision read the features and left the rest to chance (missing at random).",
    ),
    World(
        "hidden", 0.0, 1.0, 0.5,
        "The old decision knew part of the risk that the features do not hold (not at random).",
    ),
    World(
        "cutoff", 1.0, 0.0, 0.0,
        "The old decision was a cutoff of a score on the same features: no overlap.",
    ),
)  # fmt: skip


def _z(values: Floats) -> Floats:
    z: Floats = (values - values.mean()) / values.std()
    return z
