"""One sentence on whether PDs mean what they say."""

from __future__ import annotations

from typing import Any

from scorecard.policy import Policy

#: PDs are off where the calibration intercept is further from 0 than this, or the slope from 1, and
#: their 95% interval does not hold 0, or 1.
BAND = 0.1


def pd_note(row: dict[str, Any], trained: float, policy: Policy, called: str) -> str:
    """Return whether the PDs of a row of `compare` mean what they say, with the numbers.

    ``trained`` is the bad rate in training, ``called`` what a sentence calls the model.
    """
    intercept, slope = (
        f"{name} {row[f'calibration_{name}']:{sign}.2f} "
        f"[{row[f'{name}_low']:{sign}.2f}, {row[f'{name}_high']:{sign}.2f}]"
        for name, sign in (("intercept", "+"), ("slope", ""))
    )
    numbers = f"{intercept}, {slope}"
    rate, mean = row["bad_rate"], row["mean_pd"]
    level = _off(row, "intercept", 0.0)
    spread = _off(row, "slope", 1.0)
    said = f"PDs of the {called} mean what they say out of time: {numbers}."
    if level:
        said = (
            f"PDs of the {called} are TOO {'LOW' if level > 0 else 'HIGH'} out of time by a factor "
            f"of {max(rate / mean, mean / rate):.2f}: mean PD {mean:.1%} against a bad rate of "
            f"{rate:.1%} ({trained:.1%} bad in training, {rate:.1%} after); {numbers}. They are "
            "calibrated through the cycle, to a central tendency of "
            f"{policy.calibration.central_tendency:.1%}; ranking is not affected."
        )
        if row["cycle_index"] is not None:
            said += (
                f" This bad rate is expected at a cycle index of {row['cycle_index']:+.2f}, with "
                f"an asset correlation of {policy.calibration.asset_correlation:g}."
            )
    elif spread:
        said = f"PDs of the {called} have the right level out of time: {numbers}."
    if spread:
        ends = ("low PDs are too high and high ones too low", "too narrow")
        if spread < 0:
            ends = ("low PDs are too low and high ones too high", "too wide")
        said += f" Their spread is {ends[1]}: {ends[0]}."
    return said


def _off(row: dict[str, Any], name: str, right: float) -> int:
    """Return 1 or -1 where an estimate is off by more than `BAND` and noise, above or below."""
    number, low, high = (row[k] for k in (f"calibration_{name}", f"{name}_low", f"{name}_high"))
    if abs(number - right) <= BAND or low <= right <= high:
        return 0
    return 1 if number > right else -1
