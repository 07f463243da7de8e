"""The one interface of every method of reject inference."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from scorecard.errors import InputError
from scorecard.reject.applicants import Applicants, read_applicants
from scorecard.reject.augmented import AugmentedSample, accepted_only


class RejectInference(ABC):
    """A frozen choice of method and parameters that turns two tables into one training sample.

    Only the accepted have an outcome. Each method guesses what the sample of all applicants would
    look like; any estimator then fits it with its weights. The guess adds assumptions, not
    information: see each method for what it assumes and when it harms (D. J. Hand and W. E. Henley,
    "Can reject inference ever work?", IMA Journal of Mathematics Applied in Business and Industry
    5, 1993).

    >>> import polars as pl
    >>> from scorecard.models import ScorecardClassifier
    >>> from scorecard.reject import FuzzyAugmentation
    >>> accepted = pl.DataFrame({"debt": [1.0, 2.0, 3.0, 4.0] * 25})
    >>> bad = [0, 0, 1, 1] * 20 + [1, 1, 0, 0] * 5
    >>> rejected = pl.DataFrame({"debt": [3.0, 4.0] * 20})
    >>> model = ScorecardClassifier()
    >>> sample = FuzzyAugmentation().infer(model, accepted, bad, rejected)
    >>> sample
    AugmentedSample(fuzzy: 100 accepted, 40 rejected → 180 rows, weight 140)
    >>> model = model.fit(sample.X, sample.y, sample_weight=sample.weight)
    """

    method: ClassVar[str]
    takes_acceptance: ClassVar[bool] = False

    def infer(
        self,
        estimator: Any,
        X_accepted: Any,
        y: Any,
        X_rejected: Any,
        sample_weight: Any = None,
        *,
        weight_rejected: Any = None,
        acceptance: Any = None,
    ) -> AugmentedSample:
        """Return the augmented training sample.

        ``X_accepted`` (n, p) and ``X_rejected`` (m, p) are both frames of polars or pyarrow (the
        sample is then polars'), both pandas frames or both arrays, with the same columns; ``y``
        (n,) holds two classes, the second of the sorted ones is bad. ``sample_weight`` (n,) and
        ``weight_rejected`` (m,) are floats ≥ 0, both given or neither. ``estimator`` is a
        classifier with ``predict_proba``; a clone of it is fitted on the accepted (one inside
        scikit-learn's ``FrozenEstimator`` is used as it is). ``acceptance`` (n,) in (0, 1], each
        accepted row's probability of acceptance where it is known, is for `Reweighting` only.

        With nobody rejected the sample is that of the accepted, whatever the method. The order of
        rows matters to nothing but the order of the result. Raises `InputError` for input that
        breaks one of these rules.
        """
        if acceptance is not None and not self.takes_acceptance:
            raise InputError(
                f"acceptance is read by Reweighting only; got it for {self.method}. Leave it out."
            )
        applicants = read_applicants(X_accepted, y, X_rejected, sample_weight, weight_rejected)
        if not len(applicants.weight_rejected):
            return accepted_only(self.method, applicants)
        return self._augment(estimator, applicants, acceptance)

    @abstractmethod
    def _augment(
        self, estimator: Any, applicants: Applicants, acceptance: Any
    ) -> AugmentedSample: ...
