"""What the bins of one feature say together, and whether neighbours differ."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.special import betainc, betaincinv, ndtr
from scipy.stats import chi2

from scorecard.aligned import aligned, p_text
from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import short_labels
from scorecard.metrics.ranking import Ranking
from scorecard.metrics.two_rates import pooled_z

_LABEL = 24  # columns that the name of one of two neighbours takes at most
_LARGE = 1e8  # weights from which a Beta distribution is a normal one to six digits
_POINT = 1e12  # weights from which it is a point beside one of fewer than `_LARGE`
_NODES, _STEPS = np.polynomial.legendre.leggauss(400)


@dataclass(frozen=True)
class BinAnalysis:
    """Statistics of a feature's bins, those of special and missing values included.

    ``iv`` is the sum of `FeatureBins.iv`. ``gini`` and ``ks`` are those of the feature's WOE as a
    score, so of bins that a policy speaks for with the policy's WOE. ``hhi`` is the Herfindahl
    index Σ share² of the bins' weights, ``hhi_normalised`` (HHI − 1/n)/(1 − 1/n) of n bins with
    weight. ``cramers_v`` is √(χ²/N) of bads and goods by bins, ``chi2`` and ``p_value`` the
    chi-square test, on n − 1 degrees of freedom, that all bins have one bad rate; weights are read
    as counts.

    ``pairs`` has a row for every pair of neighbouring ordinary bins: left, right, gap (bad rate of
    the right less that of the left), z and p_value (two-sided pooled two-proportion test, as the
    solver's ``max_p_value`` counts it), and p_riskier: the probability that the one of higher bad
    rate really is the riskier, with Jeffreys' Beta(bads + ½, goods + ½) for each.

    The bins were cut on the same outcomes, so p-values are too small; read them as a ranking of
    cuts, not as tests of them.

    Sources: H. Cramér, *Mathematical Methods of Statistics*, 1946 (V); A. Hirschman, *National
    Power and the Structure of Foreign Trade*, 1945 (HHI); L. Brown, T. Cai, A. DasGupta, "Interval
    estimation for a binomial proportion", *Statistical Science* 16, 2001 (the prior).
    """

    feature: str
    iv: float
    gini: float
    ks: float
    hhi: float
    hhi_normalised: float
    cramers_v: float
    chi2: float
    p_value: float
    pairs: pl.DataFrame

    @classmethod
    def of(cls, bins: FeatureBins) -> BinAnalysis:
        """Return the analysis of one feature's bins."""
        weight = np.array(bins.weights)
        held = weight > 0
        bads, weight = np.array(bins.bads)[held], weight[held]
        gini, ks = power(bins)
        n, total = len(weight), float(weight.sum())
        shares = weight / total
        hhi = float((shares**2).sum())
        rate = bads.sum() / total
        off = bads - weight * rate
        statistic = float((off * (off / (weight * rate * (1 - rate)))).sum())  # nothing overflows
        return cls(
            feature=bins.name,
            iv=sum(bins.iv),
            gini=gini,
            ks=ks,
            hhi=hhi,
            hhi_normalised=(hhi - 1 / n) / (1 - 1 / n) if n > 1 else 1.0,
            cramers_v=float(np.sqrt(statistic / total)),
            chi2=statistic,
            p_value=float(chi2.sf(statistic, n - 1)) if n > 1 else 1.0,
            pairs=_pairs(bins),
        )

    def __str__(self) -> str:
        lines = ["; ".join(f"{name} {value}" for _, name, value in self._facts())]
        if self.pairs.height:
            rows = [[f"{left} → {right}", *rest] for left, right, *rest in self._rows()]
            heads = ("neighbours", "rate gap", "z", "p", "P(riskier)")
            lines.append(aligned(heads, rows))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        facts = " · ".join(f"{zh} {name} <b>{value}</b>" for zh, name, value in self._facts())
        body = "".join(
            f"<tr><td>{escape(left)} → {escape(right)}</td>"
            + "".join(f"<td>{each}</td>" for each in rest)
            + "</tr>"
            for left, right, *rest in self._rows()
        )
        pairs = (
            "<table class='sc-bins sc-pairs'><tr><th>相邻分箱 neighbours</th>"
            "<th>坏账率之差 rate gap</th><th>z</th><th>p</th><th>确更差的概率 P(riskier)</th></tr>"
            f"{body}</table>"
        )
        return f"<p class='sc-facts'>{facts}</p>{pairs if body else ''}"

    def _facts(self) -> list[tuple[str, str, str]]:
        return [
            ("信息值", "IV", f"{self.iv:.4f}"),
            ("基尼系数", "Gini", f"{self.gini:.4f}"),
            ("", "KS", f"{self.ks:.4f}"),
            ("集中度", "HHI", f"{self.hhi:.3f} ({self.hhi_normalised:.3f})"),
            ("", "Cramér's V", f"{self.cramers_v:.4f}"),
            ("卡方检验", "chi-square p", p_text(self.p_value)),
        ]

    def _rows(self) -> list[list[str]]:
        return [
            [
                row["left"], row["right"], f"{row['gap']:+.2%}", f"{row['z']:+.2f}",
                p_text(row["p_value"]), f"{row['p_riskier']:.4f}",
            ]
            for row in self.pairs.iter_rows(named=True)
        ]  # fmt: skip


def power(bins: FeatureBins) -> tuple[float, float]:
    """Return Gini and KS of a feature's WOE as a score, from its counts."""
    total = sum(bins.weights)
    bads, goods = np.array(bins.bads) / total, np.array(bins.goods) / total
    held = bads + goods > 0
    ranking = Ranking.of(-np.array(bins.woe)[held], bads[held], goods[held])
    apart = np.cumsum(ranking.bads) / bads.sum() - np.cumsum(ranking.goods) / goods.sum()
    return 2 * ranking.area() - 1, float(np.abs(apart).max())


def _pairs(bins: FeatureBins) -> pl.DataFrame:
    names = short_labels(bins, _LABEL)
    rows = []
    for left, right in pairwise(range(bins.ordinary)):
        one, other = ((bins.bads[k], bins.goods[k]) for k in (left, right))
        gap, z, p_value = two_proportions(one, other)
        safer, riskier = (one, other) if gap >= 0 else (other, one)
        rows.append((names[left], names[right], gap, z, p_value, surely_above(riskier, safer)))
    schema = {"left": pl.String, "right": pl.String} | dict.fromkeys(
        ("gap", "z", "p_value", "p_riskier"), pl.Float64
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def two_proportions(
    one: tuple[float, float], other: tuple[float, float]
) -> tuple[float, float, float]:
    """Return the gap of two bad rates, other − one, its pooled z and the two-sided p-value.

    Each is (bads, goods). Where both have only goods or only bads, z is 0 and p is 1.
    """
    (b1, g1), (b2, g2) = one, other
    n1, n2 = b1 + g1, b2 + g2
    z = pooled_z(b1 / n1, n1, b2 / n2, n2)
    return b2 / n2 - b1 / n1, z, float(2 * ndtr(-abs(z)))


def surely_above(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return P(rate of one > rate of other), each rate Beta(bads + ½, goods + ½).

    ∫ F_other(Q_one(u)) du over u in (0, 1), by Gauss and Legendre after u = t²(3 − 2t), which has
    no steep ends; ``one`` is taken as the narrower of the two, so that F is smooth beside it.
    """
    (a1, b1), (a2, b2) = ((bads + 0.5, goods + 0.5) for bads, goods in (one, other))
    spread = [a / (a + b) * (b / (a + b)) / (a + b) for a, b in ((a1, b1), (a2, b2))]
    if min(a1 + b1, a2 + b2) > _LARGE:
        return float(ndtr((a1 / (a1 + b1) - a2 / (a2 + b2)) / np.sqrt(sum(spread))))
    if spread[0] > spread[1]:
        return 1.0 - surely_above(other, one)
    if a1 + b1 > _POINT:
        return float(betainc(a2, b2, a1 / (a1 + b1)))
    t = (_NODES + 1) / 2
    inner = betainc(a2, b2, betaincinv(a1, b1, t * t * (3 - 2 * t)))
    return float((_STEPS / 2 * 6 * t * (1 - t) * inner).sum())
