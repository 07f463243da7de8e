"""Models and tables with one fault each, planted by hand, and a clean pair beside them.

Every fault is made on the simulated portfolio, whose truth is known, so that nothing else is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

import scorecard as sc
from scorecard.contract import Column

#: The section whose light each fault must turn red, and no other.
TURNS = {
    "leak": "leakage",
    "proxy": "fairness",
    "shift": "stability",
    "miscalibrated grade": "calibration",
    "non-monotone model": "monotonicity",
    "shuffled target": "discrimination",
}

FREED = ("months_established", "inflow_to_revenue", "firm_queries")


@dataclass(frozen=True)
class Trial:
    """A bundle and the table it is validated on."""

    bundle: sc.Bundle
    table: pl.DataFrame


class Workshop:
    """Plants faults into one product, its training table and a fresh table to validate on.

    ``rows`` of each; the fresh one holds other rows of the same portfolio. ``boosted`` are the
    settings of the second model, few trees where time is short.
    """

    def __init__(
        self, *, rows: int, seed: int, boosted: Mapping[str, object] | None = None
    ) -> None:
        product = sc.load_product("sme_cn")
        policy = copy.deepcopy(product.policy)
        if boosted is not None:
            policy["models"]["boosted"] = dict(boosted)
        self.product = _with(product, policy=policy)
        self.training = sc.simulate(product, rows, seed)
        self.fresh = sc.simulate(product, rows, seed + 1)
        self.rng = np.random.default_rng(seed)
        self.clean = Trial(self._train(self.product, self.training), self.fresh)

    def plant(self, fault: str) -> Trial:
        """Return the trial of one fault of `TURNS`."""
        makers: dict[str, Callable[[], Trial]] = {
            "leak": self.leak,
            "proxy": self.proxy,
            "shift": self.shift,
            "miscalibrated grade": self.miscalibrated,
            "non-monotone model": self.non_monotone,
            "shuffled target": self.shuffled,
        }
        return makers[fault]()

    def leak(self) -> Trial:
        """A column that is called known at application and was written after the outcome."""

        def collected(table: pl.DataFrame) -> pl.Series:
            bad = table["default_12m"].fill_null(0).to_numpy()
            calls = self.rng.poisson(np.where(bad == 1, 4.0, 0.3))
            return pl.Series("collection_calls", calls.astype(np.float64))

        return self._with_feature("collection_calls", collected, trend="ascending")

    def proxy(self) -> Trial:
        """A feature that says the owner's gender, nine times out of ten."""

        def prefix(table: pl.DataFrame) -> pl.Series:
            female = (table["owner_gender"] == "female").fill_null(value=False).to_numpy()
            told = np.where(self.rng.random(len(female)) < 0.9, female, ~female)
            return pl.Series("salutation_code", told.astype(np.float64))

        return self._with_feature("salutation_code", prefix, trend="none")

    def shift(self) -> Trial:
        """Applicants of another kind: the more indebted apply, their risk as ever."""
        late = self.fresh["as_of_date"].dt.year() == 2024
        rows, rest = self.fresh.filter(late), self.fresh.filter(~late)
        leverage = self.product.features.evaluate(rows)["debt_to_assets"].to_numpy()
        known = np.nan_to_num(leverage, nan=float(np.nanmedian(leverage)))
        order = known.argsort().argsort() / len(known)
        kept = self.rng.random(len(rows)) < np.exp(2.5 * (order - 1))
        return Trial(self.clean.bundle, pl.concat([rest, rows.filter(pl.Series(kept))]))

    def miscalibrated(self) -> Trial:
        """One grade in the middle whose rows go bad far more often than its PD says."""
        rated = sc.Rater(self.clean.bundle).answers(self.product.features.evaluate(self.fresh))
        here = (rated["grade"] == 5).to_numpy()
        turned = pl.Series(here & (self.rng.random(len(here)) < 0.04))
        bad = pl.when(turned & pl.col("default_12m").is_not_null()).then(1)
        table = self.fresh.with_columns(default_12m=bad.otherwise(pl.col("default_12m")))
        return Trial(self.clean.bundle, table)

    def non_monotone(self) -> Trial:
        """Models that were free of direction in three features whose product declares them."""
        features = [
            replace(each, trend="none") if each.name in FREED else each
            for each in self.product.features.features
        ]
        free = _with(self.product, features=sc.FeatureSet(features, self.product.kinds))
        bundle = self._train(free, self.training)
        files = {**bundle.files, "product.json": self.clean.bundle.files["product.json"]}
        return Trial(sc.Bundle.seal(files, bundle.manifest), self.fresh)

    def shuffled(self) -> Trial:
        """Outcomes that belong to other rows."""
        known = self.fresh["default_12m"].is_not_null()
        rows, rest = self.fresh.filter(known), self.fresh.filter(~known)
        mixed = rows["default_12m"].gather(self.rng.permutation(len(rows)))
        return Trial(self.clean.bundle, pl.concat([rows.with_columns(default_12m=mixed), rest]))

    def _with_feature(
        self, name: str, draw: Callable[[pl.DataFrame], pl.Series], *, trend: str
    ) -> Trial:
        """Train on tables with one more column and one more feature that reads it."""
        column = Column(
            name, "float", required=False, role="scoring", zh=name, en=name, ge=0.0, le=1000.0
        )
        feature = sc.Feature(
            name, name, trend=trend, reason=self.product.features.features[0].reason,
            zh=name, en=name,
        )  # fmt: skip
        product = _with(
            self.product,
            columns=(*self.product.columns, column),
            features=sc.FeatureSet(
                (*self.product.features.features, feature),
                {**self.product.kinds, name: "float"},
            ),
        )
        tables = [table.with_columns(draw(table)) for table in (self.training, self.fresh)]
        return Trial(self._train(product, tables[0]), tables[1])

    @staticmethod
    def _train(product: sc.Product, table: pl.DataFrame) -> sc.Bundle:
        return sc.train(product, table, register=False).bundle


def _with(product: sc.Product, **changed: object) -> sc.Product:
    parts = {
        "columns": product.columns,
        "features": product.features,
        "policy": product.policy,
        **changed,
    }
    return sc.Product(
        product.name,
        parts["columns"],  # type: ignore[arg-type]
        product.rules,
        features=parts["features"],  # type: ignore[arg-type]
        reasons=product.reasons.values(),
        policy=parts["policy"],  # type: ignore[arg-type]
        levers=product.levers,
        identities=product.identities,
    )
