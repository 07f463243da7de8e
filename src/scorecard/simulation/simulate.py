"""The door to the simulated portfolios."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from scorecard.errors import InputError
from scorecard.simulation.cycle import checked_path
from scorecard.simulation.dirt import soil_sme_cn
from scorecard.simulation.draw import Floats
from scorecard.simulation.sme_cn import simulate_sme_cn

Draw = Callable[[np.random.Generator, int, Floats], pl.DataFrame]
Soil = Callable[[np.random.Generator, pl.DataFrame, float], pl.DataFrame]

SIMULATORS: Mapping[str, tuple[Draw, Soil]] = {"sme_cn": (simulate_sme_cn, soil_sme_cn)}


class Named(Protocol):
    """Anything with a name, such as a loaded product."""

    @property
    def name(self) -> str:
        """The product's name."""


def simulate(
    product: str | Named,
    n: int,
    seed: int,
    *,
    dirty_share: float = 0.0,
    economy: ArrayLike | None = None,
) -> pl.DataFrame:
    """Draw a portfolio of ``n`` applications whose true PD is known.

    Returns one row per application over 60 monthly cohorts, with ``default_12m`` (null: unknown)
    and ``true_pd``. The same ``n`` and ``seed`` give the same frame. A share ``dirty_share`` of
    rows breaks the contract in the ways of a real feed; the others are as without it. ``economy``
    holds the state of the economy in each of the 60 cohorts, -1 (worst) to 1 (best), see
    `scorecard.simulation.economy_path`; left out, it is a cycle of 36 months.

    Raises `InputError` for a product without a simulator, ``n`` below 1, a negative ``seed``, a
    share outside 0 to 1 or an economy of another shape.
    """
    name = product if isinstance(product, str) else product.name
    if name not in SIMULATORS:
        raise InputError(
            f"Only {', '.join(SIMULATORS)} can be simulated; got {name!r}. "
            "Give the product's own data instead."
        )
    if n < 1:
        raise InputError(f"n must be at least 1; got {n}.")
    if seed < 0:
        raise InputError(f"seed must be 0 or more; got {seed}.")
    if not 0.0 <= dirty_share <= 1.0:
        raise InputError(f"dirty_share must lie between 0 and 1; got {dirty_share}.")
    path = checked_path(economy)
    draw, soil = SIMULATORS[name]
    clean_seed, dirt_seed = np.random.SeedSequence(seed).spawn(2)
    frame = draw(np.random.default_rng(clean_seed), n, path)
    if dirty_share == 0.0:
        return frame
    return soil(np.random.default_rng(dirt_seed), frame, dirty_share)
