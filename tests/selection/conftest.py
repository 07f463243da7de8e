import numpy as np
import pytest
from scipy.special import expit
from threadpoolctl import threadpool_limits

from scorecard.selection.evidence import Evidence, weighted_correlation


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Small products are far slower on several threads when other tests keep the cores busy."""
    with threadpool_limits(1, user_api="blas"):
        yield


def make_evidence(woe, bad, weight=None, iv=None, names=None):
    """Evidence of a given WOE matrix, as if its columns had been binned."""
    woe = np.asfortranarray(woe, dtype=float)
    n, p = woe.shape
    weight = np.ones(n) if weight is None else weight
    share = weight / weight.sum()
    return Evidence(
        names=tuple(names or (f"f{j}" for j in range(p))),
        iv=np.arange(p, 0, -1.0) if iv is None else np.asarray(iv, dtype=float),
        woe=woe,
        single=np.ptp(woe, axis=0) == 0,
        bad=np.asarray(bad, dtype=float),
        weight=share,
        correlation=weighted_correlation(woe, share),
        row_key=np.arange(n).astype(np.uint64),
    )


@pytest.fixture(scope="session")
def evidence_of():
    return make_evidence


@pytest.fixture(scope="session")
def woe_table():
    """WOE of six features, two of them noise and one with a sign that turns beside another."""

    def draw(seed, n=600):
        rng = np.random.default_rng(seed)
        common = rng.normal(size=n)
        woe = 0.6 * np.column_stack(
            [
                common,
                common + rng.normal(size=n),  # protective beside the first, risky alone
                0.5 * common + rng.normal(size=n),
                rng.normal(size=n),
                rng.normal(size=n),
                rng.normal(size=n),
            ]
        )
        margin = -1 - 1.6 * woe[:, 0] + 0.4 * woe[:, 1] - 0.9 * woe[:, 2] - 0.7 * woe[:, 3]
        return woe, (rng.random(n) < expit(margin)).astype(float)

    return draw
