"""PD of a population: slope from the data, level from the central tendency."""

import numpy as np
import pytest

from scorecard.errors import InputError, NotFittedError
from scorecard.logodds import expit, logit
from scorecard.models import Calibration, PDCalibrator


@pytest.fixture(scope="module")
def sample() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    margin = rng.normal(-2.5, 1.0, 40_000)
    return margin, (rng.random(40_000) < expit(0.3 + 0.8 * margin)).astype(float)


def test_slope_is_the_data_s_and_mean_pd_the_policy_s(
    sample: tuple[np.ndarray, np.ndarray],
) -> None:
    margin, y = sample
    fitted = PDCalibrator(0.031).fit(margin, y)
    assert fitted.calibration_.slope == pytest.approx(0.8, abs=0.05)
    assert fitted.predict(margin).mean() == pytest.approx(0.031, abs=1e-9)


def test_the_mean_is_set_on_the_weighted_reference(sample: tuple[np.ndarray, np.ndarray]) -> None:
    margin, y = sample
    weight = np.where(y == 1, 10.504, 49.307)
    reference, w = margin[:5000] + 0.4, weight[:5000]
    fitted = PDCalibrator(0.05).fit(
        margin, y, weight, reference_margin=reference, reference_weight=w
    )
    assert np.average(fitted.predict(reference), weights=w) == pytest.approx(0.05, abs=1e-9)


def test_sample_correction_takes_a_balanced_sample_back_to_the_population() -> None:
    # A model fitted on half bads says 50%; the population holds 4%: the corrected PD is 4%.
    fitted = PDCalibrator(0.04, sample_bad_rate=0.5, population_bad_rate=0.04)
    margin = np.array([-0.5, 0.5, -0.5, 0.5, 0.5, -0.5, 0.5, -0.5])
    fitted.fit(margin, [0, 1, 0, 1, 0, 0, 1, 1])
    assert fitted.calibration_.correction == pytest.approx(-float(logit(0.04)))


def test_a_margin_that_does_not_rank_is_refused(sample: tuple[np.ndarray, np.ndarray]) -> None:
    margin, y = sample
    with pytest.raises(InputError, match="slope must be positive"):
        PDCalibrator(0.04).fit(-margin, y)


@pytest.mark.parametrize("rate", [0.0, 1.0, -0.1])
def test_a_rate_outside_its_range_is_refused(rate: float) -> None:
    with pytest.raises(InputError, match="must lie in"):
        PDCalibrator(rate).fit([0.0, 1.0], [0, 1])


def test_predict_before_fit() -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        PDCalibrator(0.04).predict([0.0])


def test_json_both_ways_and_one_row_is_the_batch(sample: tuple[np.ndarray, np.ndarray]) -> None:
    calibration = PDCalibrator(0.031).fit(*sample).calibration_
    again = Calibration.from_dict(calibration.to_dict())
    margin = sample[0][:1000]
    batch = again.pd(margin)
    assert [again.pd(margin[i : i + 1])[0] for i in range(1000)] == batch.tolist()
    assert again == calibration


def test_expit_and_logit_hold_at_the_ends() -> None:
    assert expit([-1000.0, 0.0, 1000.0]).tolist() == [0.0, 0.5, 1.0]
    x = np.linspace(-30, 30, 61)
    np.testing.assert_allclose(logit(expit(x))[:45], x[:45], rtol=1e-9)
