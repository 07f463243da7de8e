"""Do an applicant's reasons survive a nudge? Jaccard of the top four, by method and background.

Both models of sme_cn are trained on simulated applications, and other applications are explained
twice, with one thing changed:

- noise: every number with decimals that an applicant states times 1 + .01·z, z standard normal and
  of its own for each field and applicant; features are then computed anew;
- background: another sample of training rows of the same size (mean over pairs of samples);
- seed: the boosted model fitted again with another seed, explained against the same background
  (the scorecard's fit draws nothing).

Reasons are those of the rating (`ReasonWriter`): the codes, and the four features that add most
risk. The Jaccard index of two sets is |both| / |either|, of two empty ones 1; a cell is the mean
over applicants. A near-tie is an applicant whose fourth and fifth sums, or one of the first four
and the least sum that is a reason, lie within .01 log-odds: a set that a hair changes. The
scorecard is compared with the mean of all training rows; it draws no sample.

python benchmarks/reason_stability.py [--small]
"""

from __future__ import annotations

import argparse
import copy
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from sklearn.base import clone

import scorecard as sc
from scorecard.explain import InterventionalTables
from scorecard.models.boosted import BoostedModel
from scorecard.rating.voice import ScorecardVoice

NOISE, NEAR, TOP = 0.01, 0.01, 4
SIZES, SAMPLES = (25, 50, 100, 200, 400), 4
APPLICATIONS, APPLICANTS = 20_000, 1_000
Risk = Callable[[pl.DataFrame], np.ndarray]


@dataclass(frozen=True)
class Told:
    """What applicants are told: codes and features of their top four, and who is nearly tied."""

    codes: list[frozenset[str]]
    features: list[frozenset[str]]
    near: np.ndarray


class Teller:
    """Turns contributions into reasons as the rating of one bundle does."""

    def __init__(self, rater: sc.Rater, names: Sequence[str]) -> None:
        self.names = list(names)
        self.least = rater.product.policy["reasons"]["min_contribution"]
        self.writer = rater._writer

    def tell(self, risk: np.ndarray, frame: pl.DataFrame) -> Told:
        reasons = self.writer.write(risk, frame.select(self.names).rows())
        order = np.argsort(-risk, axis=1, kind="stable")[:, :TOP]
        features = [
            frozenset(self.names[j] for j in row if mine[j] >= self.least)
            for row, mine in zip(order, risk, strict=True)
        ]
        # The sums that the writer ranks: of the members of each code, or of merged codes.
        sums = np.stack([risk[:, members].sum(axis=1) for members in self.writer._members], axis=1)
        sums = -np.sort(-sums, axis=1)[:, : TOP + 1]
        tied = (sums[:, TOP - 1] - sums[:, TOP] < NEAR) & (sums[:, TOP] >= self.least - NEAR)
        edge = (np.abs(sums[:, :TOP] - self.least) < NEAR).any(axis=1)
        return Told([frozenset(r.code for r in row) for row in reasons], features, tied | edge)


def jaccard(a: Sequence[frozenset[str]], b: Sequence[frozenset[str]]) -> np.ndarray:
    """Return |both| / |either| of each pair of sets."""
    return np.array([len(x & y) / len(x | y) if x | y else 1.0 for x, y in zip(a, b, strict=True)])


def compared(pairs: Sequence[tuple[Told, Told]]) -> list[str]:
    """Return cells: codes, codes of those who are not nearly tied, features."""
    codes = np.mean([jaccard(a.codes, b.codes).mean() for a, b in pairs])
    clear = np.mean([jaccard(a.codes, b.codes)[~a.near].mean() for a, b in pairs])
    features = np.mean([jaccard(a.features, b.features).mean() for a, b in pairs])
    return [f"{codes:.3f} ({clear:.3f})", f"{features:.3f}"]


def product(small: bool) -> sc.Product:
    """Return sme_cn; of a miniature, with a booster small enough for it."""
    whole = sc.load_product("sme_cn")
    if not small:
        return whole
    policy = copy.deepcopy(whole.policy)
    policy["models"]["boosted"] = {"n_estimators": 40, "max_depth": 3, "learning_rate": 0.2}
    return sc.Product(
        whole.name, whole.columns, whole.rules, features=whole.features,
        reasons=whole.reasons.values(), policy=policy,
    )  # fmt: skip


def applicants(rater: sc.Rater, rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return features of other applications of the population, as stated and with noise."""
    frame = sc.simulate(rater.product, 2 * rows, 99)
    rated = rater.rate(frame)
    outside = pl.col("warnings").list.eval(pl.element().struct.field("code")).list.contains(
        "outside_population"
    )  # fmt: skip
    inside = rated.select(pl.col("problems").is_null() & ~outside.fill_null(False)).to_series()
    frame = frame.filter(inside).head(rows)
    draw = np.random.default_rng(1)
    stated = [c.name for c in rater.product.columns if c.asked and c.kind == "float"]
    shaken = frame.with_columns(
        pl.col(name) * pl.Series(1 + NOISE * draw.normal(size=frame.height)) for name in stated
    )
    print(f"{frame.height} applicants; noise on {len(stated)} fields: {', '.join(stated)}\n")
    return rater.features.evaluate(frame), rater.features.evaluate(shaken)


def interventional(model: BoostedModel, background: pl.DataFrame) -> Risk:
    tables = InterventionalTables(model, model.encode(background))
    return lambda frame: tables.contributions(model.encode(frame))


def tree_path(model: BoostedModel) -> Risk:
    return lambda frame: sc.shapley(model, frame, None, method="tree_path")[1].to_numpy()


def card(rater: sc.Rater) -> Risk:
    voice = ScorecardVoice(rater.card, rater.features)
    return lambda frame: voice.hear(frame).risk


def line(what: str, clean: Told, *cells: list[str]) -> None:
    print(f"| {what} | {clean.near.mean():.0%} | {' | '.join(c for cs in cells for c in cs)} |")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a miniature")
    options = parser.parse_args()
    small = options.small
    trained, rows = (6_000, 200) if small else (APPLICATIONS, APPLICANTS)
    sizes, samples = (SIZES[:2], 2) if small else (SIZES, SAMPLES)
    lent = product(small)
    table = sc.simulate(lent, trained, 2026)
    result = sc.train(lent, table, seed=0, register=False)
    part = result.sample.in_time
    fitted = result.models["boosted"].estimator
    again = clone(fitted).set_params(random_state=1).fit(part.features, part.y, part.weight)
    first, again = fitted.model_, again.model_
    rater = {
        name: sc.Rater(
            sc.Bundle.seal(result.bundle.files, {**result.bundle.manifest, "answering": name})
        )
        for name in ("scorecard", "boosted")
    }
    X, noisy = applicants(rater["boosted"], rows)
    draw = np.random.default_rng(2)

    def sample(size: int) -> pl.DataFrame:
        share = part.weight / part.weight.sum()
        return part.features[np.sort(draw.choice(len(part), size, replace=False, p=share))]

    print("Jaccard of the top four codes (without near-ties), and of the top four features\n")
    print(
        "| model, method, background | near-ties | noise: codes | features | background: codes | "
        "features | seed: codes | features |\n|---|---|---|---|---|---|---|---|"
    )
    none = ["", ""]
    cards = Teller(rater["scorecard"], rater["scorecard"].card.features)
    exact = card(rater["scorecard"])
    clean = cards.tell(exact(X), X)
    shaken = cards.tell(exact(noisy), noisy)
    line("scorecard, exact, all rows", clean, compared([(clean, shaken)]), none, none)

    teller = Teller(rater["boosted"], lent.features.names)
    path, path_again = tree_path(first), tree_path(again)
    by_path = teller.tell(path(X), X)
    noise = compared([(by_path, teller.tell(path(noisy), noisy))])
    seeds = compared([(by_path, teller.tell(path_again(X), X))])
    line("boosted, tree-path, none", by_path, noise, none, seeds)
    methods = []
    for size in sizes:
        backgrounds = [sample(size) for _ in range(samples)]
        ways = [interventional(first, background) for background in backgrounds]
        told = [teller.tell(way(X), X) for way in ways]
        noise = compared(
            [
                (a, teller.tell(way(noisy), noisy))
                for a, way in list(zip(told, ways, strict=False))[:2]
            ]
        )
        moved = compared(list(pairwise(told)))
        seeds = compared(
            [
                (a, teller.tell(interventional(again, background)(X), X))
                for a, background in zip(told[:2], backgrounds[:2], strict=True)
            ]
        )
        line(f"boosted, interventional, {size}", told[0], noise, moved, seeds)
        methods.append(f"{size}: {compared([(told[0], by_path)])[0]}")
    print(f"\nboosted, codes of interventional against tree-path, by background: {methods}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
