"""Evidence that the tests of sections share."""

from __future__ import annotations

import polars as pl
import pytest
from planted import evidence

import scorecard as sc
from scorecard.validation.evidence import Evidence


@pytest.fixture(scope="session")
def clean(trained: sc.TrainingResult, portfolio: pl.DataFrame) -> Evidence:
    """The small bundle on its own portfolio, nothing planted."""
    return evidence(trained.bundle, portfolio)
