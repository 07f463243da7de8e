"""Fuzzy augmentation: every rejected applicant twice, part bad and part good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from scorecard.reject.applicants import Applicants, stack
from scorecard.reject.augmented import AugmentedSample, with_rejected
from scorecard.reject.inference import RejectInference
from scorecard.reject.known_model import known_pds


@dataclass(frozen=True, slots=True)
class FuzzyAugmentation(RejectInference):
    """Enter each rejected row as bad with weight w·p and as good with weight w·(1 − p).

    p is the PD of the model fitted on the accepted; the two weights add up to the row's own w
    (N. Siddiqi, *Credit Risk Scorecards*, 2006, chapter 6).

    Assumes that accepted and rejected of equal features are equally risky (missing at random) and
    that the model holds where nobody was accepted. Then it says nothing new: a logistic regression
    on fixed features, refitted on the sample, gives back its own coefficients, because the rows
    added meet its score equations already. Bins and trees see the rejected's features and may
    change. Harms where the old decision knew more than the features: the rejected are riskier than
    p, and the refit repeats the mistake with twice the confidence. Standard errors of the refit are
    too small in any case; take them from the accepted.

    ``details``: none.
    """

    method: ClassVar[str] = "fuzzy"

    def _augment(self, estimator: Any, applicants: Applicants, acceptance: Any) -> AugmentedSample:
        X = stack(applicants, 2)
        _, pd = known_pds(estimator, applicants, accepted=False)
        weight = applicants.weight_rejected
        bad = np.repeat([True, False], len(pd))
        # The good's share is the rest, so that the two give back the row's weight.
        as_bad = weight * pd
        parts = np.concatenate((as_bad, weight - as_bad))
        return with_rejected(self.method, applicants, X, bad=bad, weight=parts)
