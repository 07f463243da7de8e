"""A card with crossed features, trained by policy: servable, explained, monotone, advised on."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import scorecard as sc


@pytest.fixture(scope="module")
def crossed(
    small_product: sc.Product, portfolio: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory
) -> sc.Rater:
    """A rater from files of a bundle whose scorecard is crossed and answers."""
    policy = copy.deepcopy(small_product.policy)
    policy["models"]["scorecard"] = {"refine": True, "crosses": 4}
    product = sc.Product(
        small_product.name, small_product.columns, small_product.rules,
        features=small_product.features, reasons=small_product.reasons.values(), policy=policy,
        levers=small_product.levers, identities=small_product.identities,
    )  # fmt: skip
    result = sc.train(product, portfolio, seed=3, register=False)
    about = {**result.bundle.manifest, "answering": "scorecard"}
    folder: Path = sc.Bundle.seal(result.bundle.files, about).write(
        tmp_path_factory.mktemp("crossed")
    )
    return sc.Rater.load(folder)


def test_it_serves(crossed):
    print(crossed.card.crosses)
