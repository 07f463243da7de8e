"""Stepwise logistic regression on WOE in which no coefficient may be positive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from scorecard.selection.evidence import Evidence
from scorecard.selection.log import DecisionLog
from scorecard.selection.logistic import Fit, Floats, Scores, fit_logistic, score_test, wald
from scorecard.selection.wording import NO_LABEL

DIRECTIONS = ("both", "forward", "backward")
CRITERIA = ("bic", "aic", "p_value")

_LABELS = {
    "bic": ("BIC 变化", "BIC change"),
    "aic": ("AIC 变化", "AIC change"),
    "p_value": ("似然比检验 p 值", "likelihood-ratio p-value"),
}
_STATISTICS = {"bic": "bic_change", "aic": "aic_change", "p_value": "p_value"}
_SLACK = 1.5  # how far Rao's and Wald's tests are trusted to lie from the likelihood ratio
_DEPENDENT = 1e-9  # a share of own information below it is that of a linear combination
_GAIN = 1e-7  # a gain in the criterion below it is rounding


@dataclass(frozen=True, slots=True)
class Rule:
    """What a feature must bring: the fall of −2·log-likelihood that pays for a coefficient.

    BIC asks for ln n, AIC for 2, a p-value for the quantile of χ² with one degree of freedom; so
    all three are one rule, every move lowers one number, and the search must end.
    """

    criterion: str
    price: float
    max_p_value: float

    @classmethod
    def build(cls, criterion: str, rows: int, max_p_value: float) -> Rule:
        """Return the rule of a criterion for a sample of ``rows`` rows."""
        prices = {
            "bic": float(np.log(rows)), "aic": 2.0, "p_value": float(chi2.isf(max_p_value, 1)),
        }  # fmt: skip
        return cls(criterion, prices[criterion], max_p_value)

    def told(self, gain: float) -> float:
        """Return a gain in the criterion as the log tells it: its change, or a p-value."""
        if self.criterion == "p_value":
            return float(chi2.sf(max(gain + self.price, 0.0), 1))
        return -gain

    @property
    def threshold(self) -> float:
        """What `told` must not exceed for a feature to be worth its place."""
        return self.max_p_value if self.criterion == "p_value" else 0.0


@dataclass(frozen=True, slots=True)
class Model:
    """Features in the order they entered, their joint fit, and the criterion (lower is better)."""

    inside: tuple[int, ...]
    fit: Fit
    cost: float


class Stepwise:
    """A search by best moves; weights are scaled to the number of rows, so their unit is nothing.

    A move is the removal that lowers the criterion most, else the entry that does. The sign of a
    candidate's coefficient is known before it is fitted (see `Scores`). Candidates are fitted in
    the order of Rao's statistic, features inside in that of Wald's, as long as these can still
    mean the best move; before the search ends, every move is fitted and none is found to help.
    """

    def __init__(
        self,
        evidence: Evidence,
        log: DecisionLog,
        rule: Rule,
        direction: str,
        max_features: int | None,
    ) -> None:
        self.evidence, self.log, self.rule = evidence, log, rule
        self.adds, self.removes = direction != "backward", direction != "forward"
        self.most = max_features
        self.entries = 0
        self.known: dict[tuple[tuple[int, ...], int], tuple[float, list[int]]] = {}

    def run(self, features: list[int]) -> list[int]:
        """Return the features of the model found; every decision goes to the log."""
        order = self.evidence.by_power(features)
        start = [j for j in order if self._forced(j) or not self.adds]
        model = self._without_zeros(self._fitted(tuple(start), None), None)
        slack = _SLACK
        while True:
            following = self._move(model, order, slack)
            if following is not None:
                model, slack = following, _SLACK
            elif slack == _SLACK:
                slack = np.inf
            else:
                break
        self._close_inside(model)
        self._close_outside(model, [j for j in order if j not in model.inside])
        return list(model.inside)

    # moves

    def _move(self, model: Model, order: list[int], slack: float) -> Model | None:
        if self.removes and (found := self._best_exit(model, slack)) is not None:
            feature, smaller = found
            gain = smaller.cost - model.cost
            self._tell(feature, "left" if gain < 0 else "too_many", gain=gain, stays=False)
            return self._without_zeros(smaller, feature)
        if self.adds and not self._full(model):
            if (found := self._best_entry(model, order, slack)) is None:
                return None
            feature, larger = found
            gain = model.cost - larger.cost
            self.entries += 1
            self._tell(feature, "entered", gain=gain, stays=True, extra=self.entries)
            return self._without_zeros(larger, feature)
        return None

    def _best_entry(self, model: Model, order: list[int], slack: float) -> tuple[int, Model] | None:
        """Return the candidate that lowers the criterion most, and its model."""
        outside = [j for j in order if j not in model.inside]
        if not outside:
            return None
        scores = self._scores(model, outside)
        best, most = None, self.rule.price
        for k in np.argsort(-scores.statistic, kind="stable"):
            if scores.statistic[k] < most / slack:
                break
            if scores.slope[k] >= 0 or scores.share[k] <= _DEPENDENT:
                continue
            larger = self._fitted((*model.inside, outside[k]), model)
            turned = self._zeros(larger, but=model)
            gain = model.cost - larger.cost
            self.known[model.inside, outside[k]] = gain, turned
            if (self.removes or not turned) and gain + self.rule.price > most + _GAIN:
                best, most = (outside[k], larger), gain + self.rule.price
        return best

    def _best_exit(self, model: Model, slack: float) -> tuple[int, Model] | None:
        """Return the feature whose removal costs least, and its model; None if all are worth it.

        Where the model holds more features than allowed, one has to go in any case.
        """
        free = [k for k, j in enumerate(model.inside) if not self._forced(j)]
        if not free:
            return None
        statistic = wald(model.fit, self._woe(model.inside), self._weight)
        over = self.most is not None and len(model.inside) > self.most
        best, least = None, np.inf if over else self.rule.price
        # The feature that entered last goes first among equals.
        for k in sorted(free, key=lambda k: (statistic[k], -k)):
            if statistic[k] > least * slack:
                break
            smaller = self._fitted(model.inside[:k] + model.inside[k + 1 :], model)
            loss = smaller.cost - model.cost
            self.known[model.inside, model.inside[k]] = loss, []
            if loss + self.rule.price < least - _GAIN:
                best, least = (model.inside[k], smaller), loss + self.rule.price
        return best

    def _without_zeros(self, model: Model, mover: int | None) -> Model:
        """Drop features that the sign rule holds at 0, which changes no answer of the model."""
        zeros = self._zeros(model)
        if not zeros:
            return model
        smaller = self._fitted(tuple(j for j in model.inside if j not in zeros), model)
        for j in zeros:
            if mover is None:
                self._tell_positive(j, smaller)
            else:
                self._write(
                    j, "turned", stays=False, statistic="coefficient", value=0.0, threshold=0.0,
                    against=self.evidence.names[mover],
                )  # fmt: skip
        return smaller

    # the last word

    def _close_inside(self, model: Model) -> None:
        for k, (j, coef) in enumerate(zip(model.inside, model.fit.coef, strict=True)):
            if self.evidence.single[j]:  # only forced ones have come this far
                self._write(j, "constant", stays=True, statistic="bins", value=1.0)
                continue
            if coef == 0:
                self._tell_positive(j, model, "held")
                continue
            if (model.inside, j) in self.known:
                gain, _ = self.known[model.inside, j]
            else:
                without = self._fitted(model.inside[:k] + model.inside[k + 1 :], model)
                gain = without.cost - model.cost
            key = "worthwhile" if gain > 0 or self._forced(j) else "never_removed"
            self._tell(j, key, gain=gain, stays=True, extra=float(coef))

    def _close_outside(self, model: Model, outside: list[int]) -> None:
        if not outside:
            return
        scores = self._scores(model, outside)
        for j, slope, share in zip(outside, scores.slope, scores.share, strict=True):
            if share <= _DEPENDENT:
                self._write(
                    j, "dependent", stays=False, statistic="own_information", value=float(share),
                    threshold=_DEPENDENT, against=self._nearest(j, model),
                )  # fmt: skip
                continue
            if slope >= 0:
                self._tell_positive(j, model)
                continue
            if (model.inside, j) in self.known:
                gain, turned = self.known[model.inside, j]
            else:
                larger = self._fitted((*model.inside, j), model)
                gain, turned = model.cost - larger.cost, self._zeros(larger, but=model)
            if gain <= _GAIN:
                self._tell(j, "useless", gain=gain, stays=False)
            elif self._full(model):
                self._tell(j, "full", gain=gain, stays=False, extra=self.most)
            elif turned:
                self._write(
                    j, "turns_other", stays=False, statistic="coefficient", value=0.0,
                    threshold=0.0, against=self.evidence.names[turned[0]],
                )  # fmt: skip
            else:
                self._tell(j, "never_added", gain=gain, stays=False)

    def _tell_positive(self, feature: int, model: Model, key: str = "positive") -> None:
        """Say what the coefficient would be if it alone were free of the sign rule."""
        others = tuple(j for j in model.inside if j != feature)
        columns = np.column_stack((self._woe(others), -self.evidence.woe[:, feature]))
        fit = fit_logistic(
            columns, self.evidence.bad, self.evidence.weight,
            start=self._start(model, (*others, -1)),
        )  # fmt: skip
        self._write(
            feature, key, stays=False, statistic="coefficient", value=-float(fit.coef[-1]),
            threshold=0.0, against=self._nearest(feature, model),
        )  # fmt: skip

    # small change

    @property
    def _weight(self) -> Floats:
        return self.evidence.weight * self.evidence.rows

    def _woe(self, features: tuple[int, ...]) -> Floats:
        return self.evidence.woe[:, features]

    def _fitted(self, inside: tuple[int, ...], near: Model | None) -> Model:
        fit = fit_logistic(
            self._woe(inside), self.evidence.bad, self.evidence.weight,
            start=None if near is None else self._start(near, inside),
        )  # fmt: skip
        paid = sum(c != 0 or self._forced(j) for j, c in zip(inside, fit.coef, strict=True))
        cost = -2 * self.evidence.rows * fit.log_likelihood + self.rule.price * paid
        return Model(inside, fit, cost)

    def _start(self, near: Model, inside: tuple[int, ...]) -> tuple[float, Floats]:
        held = dict(zip(near.inside, near.fit.coef, strict=True))
        return near.fit.intercept, np.array([held.get(j, 0.0) for j in inside])

    def _scores(self, model: Model, outside: list[int]) -> Scores:
        return score_test(
            model.fit, self._woe(model.inside), self._woe(tuple(outside)), self.evidence.bad,
            self._weight,
        )  # fmt: skip

    def _zeros(self, model: Model, but: Model | None = None) -> list[int]:
        """Return the unforced features at 0, only those of ``but`` if it is given."""
        return [
            j
            for j, coef in zip(model.inside, model.fit.coef, strict=True)
            if coef == 0 and not self._forced(j) and (but is None or j in but.inside)
        ]

    def _full(self, model: Model) -> bool:
        return self.most is not None and len(model.inside) >= self.most

    def _forced(self, feature: int) -> bool:
        return self.evidence.names[feature] in self.log.forced

    def _nearest(self, feature: int, model: Model) -> str | None:
        nearest = self.evidence.nearest(feature, model.inside)
        return None if nearest is None else self.evidence.names[nearest]

    def _tell(
        self, feature: int, key: str, *, gain: float, stays: bool, extra: float | None = None
    ) -> None:
        self._write(
            feature, key, stays=stays, statistic=_STATISTICS[self.rule.criterion],
            value=self.rule.told(gain), threshold=self.rule.threshold, extra=extra,
            label=_LABELS[self.rule.criterion],
        )  # fmt: skip

    def _write(
        self,
        feature: int,
        key: str,
        *,
        stays: bool,
        statistic: str,
        value: float,
        threshold: float | None = None,
        against: str | None = None,
        extra: float | None = None,
        label: tuple[str, str] = NO_LABEL,
    ) -> None:
        self.log.write(
            "stepwise", self.evidence.names[feature], key, stays=stays, statistic=statistic,
            value=value, threshold=threshold, against=against, extra=extra, label=label,
        )  # fmt: skip
