"""Which features move ratings most, over many applications, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.explain.canvas import INK, LINE, Language, bare, finish, name_rows, new_figure, say
from scorecard.logodds import Floats

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def importance_table(
    risk: pl.DataFrame,
    *,
    weight: Floats | None = None,
    groups: Mapping[str, Sequence[str]] | None = None,
    draws: int = 200,
    level: float = 0.9,
    seed: int = 0,
) -> pl.DataFrame:
    """Return the mean absolute contribution of each feature, largest first, with an interval.

    ``risk`` (n rows, a column per feature) holds contributions in log-odds toward risk, as
    `Rater.risk` gives them, ``weight`` (n,) the rows' weights. With ``groups`` (name → features) a
    group stands for its features: their contributions are added before the absolute value is
    taken, as for reasons; features the model does not read are left out.

    Columns: ``name``, ``importance`` = Σ wᵢ·|φᵢ| / Σ wᵢ, and ``low`` and ``high``, the percentile
    interval [1] of ``level`` over ``draws`` bootstrap samples of the rows, seeded. The interval
    says how much the applications at hand decide the ranking; the model is taken as it is.

    Raises `InputError` for no rows, weights that do not fit, or a level outside (0, 1).

    [1] B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*, 1993, chapter 13.
    """
    n = risk.height
    w = np.ones(n) if weight is None else np.asarray(weight, dtype=np.float64)
    if w.shape != (n,) or not (w >= 0).all() or not w.sum() > 0:
        raise InputError(
            "weight must be one number of at least 0 for each row, not all of them 0; "
            f"got {w.shape} for {n} rows."
        )
    if not 0 < level < 1 or draws < 1:
        raise InputError(f"level must lie in (0, 1), draws be at least 1; got {level}, {draws}.")
    if groups is None:
        groups = {name: (name,) for name in risk.columns}
    members = {name: [f for f in given if f in risk.columns] for name, given in groups.items()}
    members = {name: given for name, given in members.items() if given}
    heavy = w > 0  # rows that weigh nothing are no rows to draw
    risk, w, n = risk.filter(heavy), w[heavy], int(heavy.sum())
    size = np.column_stack(
        [np.abs(risk.select(given).to_numpy().sum(axis=1)) for given in members.values()]
    )
    rng = np.random.default_rng(seed)
    drawn = np.empty((draws, len(members)))
    for k in range(draws):
        times = np.bincount(rng.integers(0, n, n), minlength=n) * w
        drawn[k] = times @ size / times.sum()
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    table = pl.DataFrame(
        {"name": list(members), "importance": w @ size / w.sum(), "low": low, "high": high}
    )
    return table.sort("importance", descending=True, maintain_order=True)


def importance_figure(
    table: pl.DataFrame,
    *,
    labels: Mapping[str, str] | None = None,
    title: str = "",
    most: int = 20,
    language: Language = "en",
) -> Figure:
    """Draw the ``most`` important names of an `importance_table`, intervals as whiskers.

    ``labels`` maps a name to what it is called; `labels_of` gives them for features.
    """
    shown = table.head(most)
    lines = 2 if language == "both" else 1
    figure, axes = new_figure(7.5, 1.1 + (0.14 + 0.14 * lines) * shown.height)
    value = shown["importance"].to_numpy()
    reach = np.abs(np.stack([value - shown["low"].to_numpy(), shown["high"].to_numpy() - value]))
    place = np.arange(shown.height)
    axes.barh(place, value, height=0.64, color=LINE, alpha=0.85)
    axes.errorbar(value, place, xerr=reach, fmt="none", ecolor=INK, elinewidth=1, capsize=2.5)
    names = [(labels or {}).get(each, each) for each in shown["name"]]
    for y, (each, far) in enumerate(zip(value, shown["high"], strict=True)):
        axes.annotate(
            f"{each:.3f}", (max(far, each), y), xytext=(5, 0), textcoords="offset points",
            fontsize=8, va="center", color=INK,
        )  # fmt: skip
    name_rows(axes, names)
    axes.set(
        ylim=(shown.height - 0.4, -0.6),
        xlim=(0, 1.12 * max(float(np.max(shown["high"].to_numpy())), 1e-9)),
        title=title or say(language, "各项的影响", "What moves ratings", between=" / "),
    )
    figure.supxlabel(
        say(
            language,
            "平均绝对贡献（对数几率），须线为自助法区间",
            "mean absolute contribution (log-odds), whiskers: bootstrap interval",
            between="\n",
        ),
        fontsize=9,
    )
    bare(axes)
    axes.tick_params(axis="y", length=0)
    told = "; ".join(
        f"{name.replace(chr(10), ' / ')} {each:.3f} ({low:.3f} to {high:.3f})"
        for name, (each, low, high) in zip(
            names, shown.select("importance", "low", "high").rows(), strict=True
        )
    )
    return finish(figure, told)
