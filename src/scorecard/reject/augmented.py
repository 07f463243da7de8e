"""The sample that reject inference leaves behind: what an estimator fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from scorecard.reject.applicants import Applicants, Floats

ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True, slots=True, eq=False)
class AugmentedSample:
    """A training sample that stands for all applicants: the accepted, then what was inferred.

    ``X`` is a table of the caller's own kind (rows, p); ``y`` (rows,) in the caller's classes;
    ``weight`` (rows,) float64; ``origin`` (rows,) ``"accepted"`` or ``"rejected"``; ``row`` (rows,)
    the row's position in the table it came from; ``bad`` (rows,) tells which y are the bad class.
    ``details`` is the method's own account (columns in each method's docstring; empty where nobody
    was rejected). Fit any estimator with
    ``estimator.fit(sample.X, sample.y, sample_weight=sample.weight)``.
    """

    method: str
    X: Any
    y: NDArray[Any]
    weight: Floats
    origin: NDArray[np.str_]
    row: NDArray[np.intp]
    bad: NDArray[np.bool_]
    details: pl.DataFrame

    @property
    def summary(self) -> pl.DataFrame:
        """One row per origin and one for all: rows, weight, effective_size, bad_rate.

        The effective size is Kish's (Σw)²/Σw² (L. Kish, *Survey Sampling*, 1965): how many rows of
        equal weight would estimate a mean as well. The bad rate is weighted, and null where nothing
        has weight.
        """
        parts = {ACCEPTED: self.origin == ACCEPTED, REJECTED: self.origin == REJECTED}
        parts["all"] = np.ones(len(self.y), dtype=np.bool_)
        rows = []
        for name, part in parts.items():
            weight = self.weight[part]
            total = float(weight.sum())
            rate = float(weight @ self.bad[part]) / total if total > 0 else None
            rows.append((name, int(part.sum()), total, effective_size(weight), rate))
        schema = {
            "origin": pl.String, "rows": pl.Int64, "weight": pl.Float64,
            "effective_size": pl.Float64, "bad_rate": pl.Float64,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def __repr__(self) -> str:
        rejected = len(np.unique(self.row[self.origin == REJECTED]))
        accepted = int((self.origin == ACCEPTED).sum())
        return (
            f"AugmentedSample({self.method}: {accepted} accepted, {rejected} rejected → "
            f"{len(self.y)} rows, weight {self.weight.sum():.6g})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.summary._repr_html_()}{self.details._repr_html_()}"


def effective_size(weight: Floats) -> float:
    """Return Kish's effective sample size (Σw)²/Σw²; 0 where nothing has weight."""
    squares = float(weight @ weight)
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def accepted_only(
    method: str,
    applicants: Applicants,
    weight: Floats | None = None,
    details: pl.DataFrame | None = None,
) -> AugmentedSample:
    """Return the accepted as a sample, with weights of their own where given."""
    return _sample(
        method,
        applicants,
        applicants.accepted,
        bad=applicants.bad,
        weight=applicants.weight if weight is None else weight,
        rejected=np.empty(0, dtype=np.intp),
        details=details,
    )


def with_rejected(
    method: str,
    applicants: Applicants,
    X: Any,
    *,
    bad: NDArray[np.bool_],
    weight: Floats,
    details: pl.DataFrame | None = None,
) -> AugmentedSample:
    """Return the accepted and below them copies of the rejected with ``bad`` and ``weight``."""
    rows = np.arange(len(applicants.weight_rejected))
    return _sample(
        method,
        applicants,
        X,
        bad=np.concatenate((applicants.bad, bad)),
        weight=np.concatenate((applicants.weight, weight)),
        rejected=np.tile(rows, len(bad) // len(rows)),
        details=details,
    )


def _sample(
    method: str,
    applicants: Applicants,
    X: Any,
    *,
    bad: NDArray[np.bool_],
    weight: Floats,
    rejected: NDArray[np.intp],
    details: pl.DataFrame | None,
) -> AugmentedSample:
    accepted = len(applicants.bad)
    origin = np.repeat([ACCEPTED, REJECTED], [accepted, len(rejected)])
    row = np.concatenate((np.arange(accepted), rejected))
    arrays = (applicants.labels(bad), weight.copy(), origin, row, bad.copy())
    for array in arrays:
        array.setflags(write=False)
    return AugmentedSample(method, X, *arrays, pl.DataFrame() if details is None else details)
