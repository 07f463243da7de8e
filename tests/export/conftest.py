"""The engines, started once each, and a card with every kind of bin."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from engines import ENGINES, Absent, Engine
from enriched import coded, enriched, expected

import scorecard as sc
from scorecard.export import PortableCard


def running(name: str) -> Iterator[Engine]:
    """Yield an engine, started; skip where it is absent."""
    try:
        engine = ENGINES[name]()
    except Absent as absent:
        pytest.skip(str(absent))
    with engine as started:
        yield started


@pytest.fixture(
    scope="session",
    params=["duckdb", "postgres", pytest.param("spark", marks=pytest.mark.slow)],
)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    yield from running(request.param)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Engine]:
    yield from running("postgres")


@pytest.fixture(scope="session")
def coded_rater(trained: sc.TrainingResult, portfolio: pl.DataFrame) -> sc.Rater:
    """A rater whose scorecard answers and knows codes, nulls, texts and a base."""
    return sc.Rater(coded(trained.bundle, portfolio))


@pytest.fixture(scope="session")
def road(coded_rater: sc.Rater) -> PortableCard:
    return PortableCard.of(coded_rater)


@pytest.fixture(scope="session")
def awkward(coded_rater: sc.Rater, road: PortableCard, portfolio: pl.DataFrame) -> pl.DataFrame:
    """20,000 applications that meet every bin and every edge."""
    return enriched(portfolio, coded_rater, road.card, 5)


@pytest.fixture(scope="session")
def wanted(coded_rater: sc.Rater, awkward: pl.DataFrame) -> pl.DataFrame:
    """What the rater says of them."""
    return expected(coded_rater, awkward)
