"""The exact solver beside optbinning's constraint programme and mixed-integer programme.

Random prebins under random trends and constraints, the same for all; sizes are whole counts, so
that nothing hangs on rounding. Objectives are computed again from the cuts by one formula, and
cuts are held against the constraints by `rules_broken`, which shares no code with the solver. Times
are the processor's: all sides use one thread, and what else the machine does must not count.

    python benchmarks/solver.py [--small] [--cases 2000] [--wide 20] [--limit 60] [--out FILE]
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import NormalDist, median
from typing import Any

import numpy as np
from rows import Row, command, finish, installed, times

from scorecard.binning import InfeasibleBinning, solve

TRENDS = (
    "none", "ascending", "descending", "peak", "valley", "concave", "convex",
)  # fmt: skip
DIVERGENCES = ("iv", "iv", "iv", "js", "hellinger", "triangular")
PREBINS, WIDE, BRUTE = 20, 100, 10
WANTED, WANTED_WIDE = 50.0, 200.0
ENDED = ("OPTIMAL", "INFEASIBLE", "MODEL_INVALID")  # what is not stopped by its limit says
UNIT = 1e-6  # the constraint programme counts objective and rates in whole millionths
CLOSE = 1e-9
LEAST_COUNT = 1  # the floor of a bin's lift (divergence.SMOOTHING) does not bind from here on


@dataclass(frozen=True)
class Case:
    """Prebins, a trend and constraints; sizes are counts of rows."""

    bads: tuple[int, ...]
    goods: tuple[int, ...]
    trend: str
    divergence: str = "iv"
    min_bins: int | None = None
    max_bins: int | None = None
    min_size: int | None = None
    max_size: int | None = None
    min_bads: int | None = None
    min_goods: int | None = None
    min_gap: float = 0.0
    max_p_value: float | None = None

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(self.bads) + sum(self.goods)

    def bins(self, cuts: Sequence[int]) -> list[tuple[int, int]]:
        """Return bads and goods of the bins between these cuts."""
        edges = (0, *cuts, len(self.bads))
        return [(sum(self.bads[a:b]), sum(self.goods[a:b])) for a, b in pairwise(edges)]

    def objective(self, cuts: Sequence[int]) -> float:
        """Return the divergence of the bins between these cuts, in float64."""
        counts = np.array(self.bins(cuts), dtype=np.float64)
        p, q = counts[:, 0] / sum(self.bads), counts[:, 1] / sum(self.goods)
        m = (p + q) / 2
        terms = {
            "iv": lambda: (p - q) * np.log(p / q),
            "js": lambda: (p * np.log(p / m) + q * np.log(q / m)) / 2,
            "hellinger": lambda: (np.sqrt(p) - np.sqrt(q)) ** 2 / 2,
            "triangular": lambda: (p - q) ** 2 / (p + q),
        }
        return float(terms[self.divergence]().sum())

    def rules_broken(self, cuts: Sequence[int], slack: float = CLOSE) -> list[str]:
        """Return the names of the constraints that these cuts do not meet."""
        bins = self.bins(cuts)
        rates = [b / (b + g) for b, g in bins]
        steps = [after - before for before, after in pairwise(rates)]
        turns = [after - before for before, after in pairwise(steps)]
        z = None if self.max_p_value is None else NormalDist().inv_cdf(1 - self.max_p_value / 2)
        broken = {
            "min_bins": len(bins) < (self.min_bins or 1),
            "max_bins": len(bins) > (self.max_bins or len(self.bads)),
            "min_size": any(b + g < (self.min_size or 0) for b, g in bins),
            "max_size": any(b + g > (self.max_size or self.rows) for b, g in bins),
            "min_bads": any(b < (self.min_bads or 0) for b, _ in bins),
            "min_goods": any(g < (self.min_goods or 0) for _, g in bins),
            "min_gap": any(abs(step) < self.min_gap - slack for step in steps),
            "max_p_value": z is not None
            and any(_z(left, right) < z - slack for left, right in pairwise(bins)),
            "trend": not _holds(self.trend, steps, turns, slack),
        }
        return [name for name, is_broken in broken.items() if is_broken]


def _z(left: tuple[int, int], right: tuple[int, int]) -> float:
    n1, n2 = sum(left), sum(right)
    pooled = (left[0] + right[0]) / (n1 + n2)
    error = (pooled * (1 - pooled) * (1 / n1 + 1 / n2)) ** 0.5
    return abs(left[0] / n1 - right[0] / n2) / error


def _holds(trend: str, steps: list[float], turns: list[float], slack: float) -> bool:
    def rises(part: list[float]) -> bool:
        return all(step >= -slack for step in part)

    def falls(part: list[float]) -> bool:
        return all(step <= slack for step in part)

    at = range(len(steps) + 1)
    return {
        "none": lambda: True,
        "ascending": lambda: rises(steps),
        "descending": lambda: falls(steps),
        "peak": lambda: any(rises(steps[:k]) and falls(steps[k:]) for k in at),
        "valley": lambda: any(falls(steps[:k]) and rises(steps[k:]) for k in at),
        "concave": lambda: falls(turns),
        "convex": lambda: rises(turns),
    }[trend]()


def random_case(rng: np.random.Generator, n: int, trends: Sequence[str] = TRENDS) -> Case:
    """Draw prebins whose bad rate follows some shape with noise, a trend and some constraints."""
    at = np.linspace(-1, 1, n)
    curve = rng.choice([-1.0, 1.0]) * rng.choice([at, at**2, np.abs(at), 0 * at, np.sin(3 * at)])
    logit = rng.uniform(-3.5, 0.5) + rng.uniform(0, 2) * curve + rng.normal(0, 0.3, n)
    sizes = rng.integers(20, 400, n) * int(rng.choice([1, 1, 10]))
    bads = rng.binomial(sizes, 1 / (1 + np.exp(-logit))).clip(LEAST_COUNT, sizes - LEAST_COUNT)
    goods = sizes - bads
    rows, bad_rate = int(sizes.sum()), float(bads.sum() / sizes.sum())
    asked: dict[str, Any] = {}
    most = int(rng.integers(2, min(n, 10) + 1))
    least = int(rng.integers(2, 5))
    offers = {
        "max_bins": most,
        "min_bins": min(least, most),
        "min_size": int(np.ceil(rng.choice([0.03, 0.05, 0.1]) * rows)),
        "max_size": int(np.ceil(rng.choice([0.25, 0.35, 0.5]) * rows)),
        "min_bads": int(np.ceil(rng.choice([0.02, 0.05]) * rows * bad_rate)),
        "min_goods": int(np.ceil(rng.choice([0.02, 0.05]) * rows * (1 - bad_rate))),
        "min_gap": float(rng.choice([0.005, 0.01, 0.03])),
        "max_p_value": float(rng.choice([0.01, 0.05, 0.2])),
    }
    wanted = rng.choice([0, 1, 1, 2, 2, 3])
    for name in rng.choice(list(offers), size=wanted, replace=False):
        asked[str(name)] = offers[str(name)]
    return Case(
        tuple(map(int, bads)), tuple(map(int, goods)), str(rng.choice(list(trends))),
        str(rng.choice(DIVERGENCES)), **asked,
    )  # fmt: skip


def our_cuts(case: Case) -> tuple[int, ...] | None:
    """Return the cuts of `scorecard.binning.solve`, None if it finds none."""
    try:
        return solve(
            case.bads, case.goods, divergence=case.divergence, trend=case.trend,
            min_bins=case.min_bins, max_bins=case.max_bins,
            min_bin_share=case.min_size and case.min_size / case.rows,
            max_bin_share=case.max_size and min(1.0, case.max_size / case.rows),
            min_bin_bads=case.min_bads, min_bin_goods=case.min_goods,
            min_rate_gap=case.min_gap, max_p_value=case.max_p_value,
        ).cuts  # fmt: skip
    except InfeasibleBinning:
        return None


def peer_cuts(case: Case, solver: str, limit: int) -> tuple[str, tuple[int, ...] | None]:
    """Return optbinning's status and the cuts of its ``cp`` or ``mip`` solver, None if none."""
    from optbinning.binning.cp import BinningCP
    from optbinning.binning.mip import BinningMIP

    given = (
        None if case.trend == "none" else case.trend, case.min_bins, case.max_bins, case.min_size,
        case.max_size, case.min_bads, None, case.min_goods, None, case.min_gap, case.max_p_value,
        "consecutive", None, None,
    )  # fmt: skip
    model = BinningCP(*given, limit) if solver == "cp" else BinningMIP(*given, "bop", limit)
    model.build_model(case.divergence, np.array(case.goods), np.array(case.bads), None)
    status, kept = model.solve()
    if status not in ("OPTIMAL", "FEASIBLE"):
        return status, None
    return status, tuple(int(k) + 1 for k in np.flatnonzero(kept[:-1]))


def best_by_hand(case: Case) -> float | None:
    """Return the best objective of all binnings, tried one by one; None if none is allowed."""
    inner = range(1, len(case.bads))
    every = (cuts for size in range(len(case.bads)) for cuts in combinations(inner, size))
    allowed = [case.objective(cuts) for cuts in every if not case.rules_broken(cuts)]
    return max(allowed, default=None)


@dataclass(frozen=True)
class Duel:
    """One case solved by us and by one peer: seconds, and objectives computed from the cuts."""

    case: Case
    solver: str
    status: str
    ours: float | None
    theirs: float | None
    our_broken: list[str]
    their_broken: list[str]
    our_seconds: float
    their_seconds: float
    bins: int

    @property
    def ratio(self) -> float:
        """How many times faster we are."""
        return self.their_seconds / self.our_seconds

    @property
    def verdict(self) -> str:
        """Say who found the better binning, and where it is them, by which freedom."""
        if self.our_broken:
            return "defect: our cuts break a rule"
        if self.theirs is None:
            if self.ours is None:
                return "both find none"
            return "false infeasible" if self.status in ENDED else "no answer in time"
        if self.ours is None or self.theirs > self.ours + max(self.bins * UNIT, CLOSE):
            return "breaks a rule" if self.their_broken else "defect: theirs is better"
        if self.ours > self.theirs + max(self.bins * UNIT, CLOSE):
            return "ours is better"
        return "equal"


def duels(case: Case, solvers: Sequence[str], limit: int) -> Iterator[Duel]:
    """Solve one case on all sides."""
    begun = time.process_time()
    mine = our_cuts(case)
    seconds = time.process_time() - begun
    for solver in solvers:
        begun = time.process_time()
        status, theirs = peer_cuts(case, solver, limit)
        yield Duel(
            case, solver, status,
            None if mine is None else case.objective(mine),
            None if theirs is None else case.objective(theirs),
            [] if mine is None else case.rules_broken(mine),
            [] if theirs is None else case.rules_broken(theirs),
            seconds, time.process_time() - begun,
            1 + max(len(mine or ()), len(theirs or ())),
        )  # fmt: skip


def play(cases: int, n: int, limit: int, trends: Sequence[str], seed: int) -> list[Duel]:
    """Solve so many random cases of ``n`` prebins on all sides."""
    rng = np.random.default_rng(seed)
    found: list[Duel] = []
    for k in range(cases):
        found += duels(random_case(rng, n, trends), ("cp", "mip"), limit)
        if k % max(1, cases // 10) == 0:
            print(f"solver: {k + 1} of {cases} cases of {n} prebins", file=sys.stderr)
    return found


def against_hand(cases: int, seed: int) -> Row:
    """Compare with trying every binning of at most `BRUTE` prebins."""
    rng = np.random.default_rng(seed)
    wrong = []
    for _ in range(cases):
        case = random_case(rng, int(rng.integers(2, BRUTE + 1)))
        cuts, best = our_cuts(case), best_by_hand(case)
        mine = None if cuts is None else case.objective(cuts)
        if (mine is None) != (best is None) or (mine and best and abs(mine - best) > CLOSE):
            wrong.append((case, mine, best))
    for case, mine, best in wrong:
        print(f"solver: {mine} where trying all finds {best}: {case}", file=sys.stderr)
    return Row(
        "1a", f"solver, {cases} cases of at most {BRUTE} prebins: equal to trying every binning",
        str(cases - len(wrong)), str(cases), "", "all", not wrong,
    )  # fmt: skip


def as_rows(found: Sequence[Duel], n: int, limit: int) -> list[Row]:
    """Return two lines for each of the peer's solvers: objectives and speed."""
    lines = []
    for solver in dict.fromkeys(duel.solver for duel in found):
        part = [duel for duel in found if duel.solver == solver]
        told = Counter(duel.verdict for duel in part)
        defects = [duel for duel in part if duel.verdict.startswith("defect")]
        for duel in defects:
            print(f"solver: {duel}", file=sys.stderr)
        peer, name = solver.upper(), f"{len(part)} cases of {n} prebins"
        story = ", ".join(f"{verdict} {count}" for verdict, count in told.most_common())
        lines.append(
            Row(
                "1b", f"solver, {name}, cases where the objective is lower than {peer}'s: {story}",
                str(len(defects)), "", "", "0", not defects,
            )
        )  # fmt: skip
        wanted = WANTED if n <= PREBINS else WANTED_WIDE
        ratio = median(duel.ratio for duel in part)
        cut_off = sum(duel.status not in ENDED for duel in part)
        stops = f" ({cut_off} stopped at {limit} s)" if cut_off else ""
        lines.append(
            Row(
                "1c", f"solver, {name}, median time a case; peer optbinning's {peer}{stops}",
                f"{median(d.our_seconds for d in part) * 1000:.2g} ms",
                f"{median(d.their_seconds for d in part) * 1000:.3g} ms",
                times(ratio), f"≥ {wanted:.0f}", ratio >= wanted,
            )
        )  # fmt: skip
    return lines


def main() -> int:
    parser = command(__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="cases of 20 prebins")
    parser.add_argument("--wide", type=int, default=20, help="cases of 100 prebins")
    parser.add_argument("--limit", type=int, default=60, help="seconds the peer may take a case")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.small:
        options.cases, options.wide = 20, 0
    lines = [against_hand(20 if options.small else 200, options.seed)]
    if installed("optbinning"):
        peer_cuts(random_case(np.random.default_rng(0), 3), "cp", options.limit)  # imports
        lines += as_rows(
            play(options.cases, PREBINS, options.limit, TRENDS, options.seed), PREBINS,
            options.limit,
        )  # fmt: skip
        if options.wide:
            trends = [trend for trend in TRENDS if trend not in ("concave", "convex")]
            lines += as_rows(
                play(options.wide, WIDE, options.limit, trends, options.seed), WIDE, options.limit
            )
    return finish(lines, options.out, unjudged=("1c",) if options.small else ())


if __name__ == "__main__":
    sys.exit(main())
