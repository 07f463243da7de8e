"""Reweighting: the accepted stand for everybody, each for those like it who were rejected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl

from scorecard.errors import InputError
from scorecard.reject.applicants import Applicants, Floats, read_floats, stack
from scorecard.reject.augmented import AugmentedSample, accepted_only, effective_size
from scorecard.reject.inference import RejectInference
from scorecard.reject.known_model import fit_clone, is_frozen, second_class


@dataclass(frozen=True, slots=True)
class Reweighting(RejectInference):
    """Weigh each accepted row by the inverse of its probability of acceptance; drop the rejected.

    The weight is w / max(a, floor), scaled so that all weights add up to those of accepted and
    rejected together (J. Hájek's form of D. Horvitz and D. Thompson's estimator, Journal of the
    American Statistical Association 47, 1952; by score band it is D. Hsia's augmentation, Hastings
    Law Journal 30, 1978). ``floor`` in (0, 1] keeps a few rows from standing for all: it trades
    bias for variance.

    a comes from ``acceptance`` where the policy's probabilities are known. Otherwise ``classifier``
    (default: a clone of the estimator) is fitted on all applicants with rejection as its second
    class, so that declared trends of risk become trends of rejection; one inside
    ``FrozenEstimator`` is used as it is. It must not be certain: an overfitted one gives every
    accepted row a ≈ 1.

    Assumes missing at random and overlap: every kind of applicant was sometimes accepted. No
    outcome is made up, hence nothing is corrected where the old decision knew more than the
    features. Harms by noise: the effective size falls as the weights spread, and with a strict
    cutoff the rejected have nobody to stand for them, which ``unsupported`` shows.

    ``details``, one row: accepted (rows), effective_size (of the new weights), clipped (share of
    the accepted's weight with a below the floor), unsupported (share of the rejected's weight with
    a below the floor; null where ``acceptance`` is given), largest (weight over the mean weight).
    Raises `InputError` for a floor outside (0, 1], probabilities outside (0, 1], or an acceptance
    model that cannot be fitted.
    """

    floor: float = 0.02
    classifier: Any = None

    method: ClassVar[str] = "reweighting"
    takes_acceptance: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if not 0 < self.floor <= 1:
            raise InputError(f"floor must lie in (0, 1]; got {self.floor!r}.")

    def _augment(self, estimator: Any, applicants: Applicants, acceptance: Any) -> AugmentedSample:
        weight = applicants.weight
        unsupported = None
        if acceptance is None:
            accepted, rejected = self._estimate(estimator, applicants)
            lost = applicants.weight_rejected[rejected < self.floor].sum()
            unsupported = float(lost / applicants.weight_rejected.sum())
        else:
            accepted = read_floats(acceptance, len(weight), "acceptance")
            if not ((accepted > 0) & (accepted <= 1)).all():
                raise InputError(
                    "Every acceptance probability of an accepted row must lie in (0, 1]; "
                    f"got values from {accepted.min():.3g} to {accepted.max():.3g}."
                )
        raised = weight / np.maximum(accepted, self.floor)
        raised *= (weight.sum() + applicants.weight_rejected.sum()) / raised.sum()
        details = pl.DataFrame(
            {
                "accepted": [len(weight)],
                "effective_size": [effective_size(raised)],
                "clipped": [float(weight[accepted < self.floor].sum() / weight.sum())],
                "unsupported": pl.Series([unsupported], dtype=pl.Float64),
                "largest": [float(raised.max() / raised.mean())],
            }
        )
        return accepted_only(self.method, applicants, raised, details)

    def _estimate(self, estimator: Any, applicants: Applicants) -> tuple[Floats, Floats]:
        """Return the estimated probabilities of acceptance of the accepted and the rejected."""
        classifier = self.classifier
        if classifier is None:
            if is_frozen(estimator):
                raise InputError(
                    "A frozen estimator of risk cannot learn who was accepted. Give Reweighting a "
                    "classifier, or infer the acceptance probabilities."
                )
            classifier = estimator
        rows, rows_rejected = len(applicants.weight), len(applicants.weight_rejected)
        rejected = np.repeat([0, 1], [rows, rows_rejected])
        weight = None
        if applicants.weighted:
            weight = np.concatenate((applicants.weight, applicants.weight_rejected))
        X = stack(applicants)
        try:
            model = fit_clone(classifier, X, rejected, weight)
        except InputError as error:
            raise InputError(
                f"The model of acceptance cannot be fitted: {error} Give the probabilities "
                "(acceptance) or another classifier."
            ) from error
        return (
            1.0 - second_class(model, applicants.accepted, rows),
            1.0 - second_class(model, applicants.rejected, rows_rejected),
        )
