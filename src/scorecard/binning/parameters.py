"""The parameters of a binner, checked before any row is read, and what they ask of a feature."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from scorecard.binning.divergence import DIVERGENCES
from scorecard.binning.given import read_cuts, read_groups, read_specials
from scorecard.binning.number_prebins import FREE, ByHand
from scorecard.binning.rules import TRENDS, Rules, is_number
from scorecard.binning.settings import MISSING_POLICIES, UNSEEN_POLICIES, Settings
from scorecard.errors import InputError

Given = Mapping[str, Any]

CHOICES = {
    "divergence": tuple(DIVERGENCES),
    "missing": MISSING_POLICIES,
    "special": MISSING_POLICIES,
    "unseen": UNSEEN_POLICIES,
}
CONSTRAINTS = (
    "min_bins", "max_bins", "min_bin_share", "max_bin_share", "min_bin_bads", "min_bin_goods",
    "min_rate_gap", "max_p_value",
)  # fmt: skip
NUMBERS = (*CONSTRAINTS, "max_prebins", "rare_share")
MAPPINGS = ("trend", "special_values", "user_splits", "fixed_splits")


def check_parameters(given: Given) -> None:
    """Raise `InputError` for the first parameter of `OptimalBinner` that no table could meet."""
    for name in (*NUMBERS, *CHOICES):
        if isinstance(given[name], Mapping):
            raise InputError(f"{name} must be one value for all features; got a mapping.")
    _check_values(given)
    if not isinstance(given["stable"], (bool, np.bool_)):
        raise InputError(f"stable must be True or False; got {given['stable']!r}.")
    if not isinstance(given["trend"], (str, Mapping)):
        raise InputError(f"trend must be a text or a mapping by feature; got {given['trend']!r}.")
    for name in ("user_splits", "fixed_splits"):
        if not isinstance(given[name] or {}, Mapping):
            raise InputError(f"{name} must be a mapping by feature; got {given[name]!r}.")


def _check_values(values: Given) -> None:
    """Raise `InputError` for the first value that breaks its rule, alone or beside another."""
    for name, allowed in CHOICES.items():
        if not (isinstance(values[name], str) and values[name] in allowed):
            raise InputError(f"{name} must be one of {', '.join(allowed)}; got {values[name]!r}.")
    most = values["max_prebins"]
    if isinstance(most, bool) or not (isinstance(most, (int, np.integer)) and most >= 2):
        raise InputError(f"max_prebins must be a whole number of at least 2; got {most!r}.")
    if not (is_number(values["rare_share"]) and 0 <= values["rare_share"] < 1):
        raise InputError(f"rare_share must lie in [0, 1); got {values['rare_share']!r}.")
    Rules("none", **{name: values[name] for name in CONSTRAINTS})
    for least, greatest in (("min_bins", "max_bins"), ("min_bin_share", "max_bin_share")):
        low, high = values[least], values[greatest]
        if low is not None and high is not None and low > high:
            raise InputError(
                f"{least} must be at most {greatest}; got {least}={low!r} and {greatest}={high!r}. "
                "Change one of them."
            )
    bins, share = values["min_bins"], values["min_bin_share"]
    if bins is not None and share is not None and bins * share > 1 + 1e-9:
        raise InputError(
            f"min_bins bins of min_bin_share must fit into the sample; got {bins!r} of {share!r}. "
            "Lower one of them."
        )


def settings(given: Given, names: list[str], text: Iterable[bool]) -> list[Settings]:
    """Return how every feature is to be binned; ``text`` says which of them are text.

    Raises `InputError` for a mapping that names no column, and what a feature cannot be asked for.
    """
    for parameter in MAPPINGS:
        mapping = given[parameter] if isinstance(given[parameter], Mapping) else {}
        if strangers := [key for key in mapping if key not in names]:
            raise InputError(
                f"{parameter} must name columns of X ({', '.join(names)}); got {strangers}."
            )
    return [_setting(given, name, is_text) for name, is_text in zip(names, text, strict=True)]


def _setting(given: Given, name: str, text: bool) -> Settings:
    trends = given["trend"] if isinstance(given["trend"], Mapping) else {}
    specials = given["special_values"] if isinstance(given["special_values"], Mapping) else {}
    trend = given["trend"] if isinstance(given["trend"], str) else trends.get(name, "auto")
    if trend not in TRENDS:
        raise InputError(
            f"Feature {name}: trend must be one of {', '.join(TRENDS)}; got {trend!r}."
        )
    if text and trends.get(name, "none") not in ("none", "auto"):
        raise InputError(
            f"Feature {name}: text has no direction, its trend must be none; got {trend!r}."
        )
    if text and specials.get(name):
        raise InputError(f"Feature {name}: special values are numbers, the feature is text.")
    for_all = () if isinstance(given["special_values"], Mapping) else given["special_values"]
    special = read_specials(name, specials.get(name, for_all))
    user = (given["user_splits"] or {}).get(name)
    fixed = read_cuts(name, "fixed_splits", (given["fixed_splits"] or {}).get(name, ()))
    if text and fixed:
        raise InputError(
            f"Feature {name}: text has no cut points; give groups of levels as user_splits."
        )
    return Settings(
        trend="none" if text else trend,
        special_values=() if text else special,
        max_prebins=int(given["max_prebins"]),
        rare_share=given["rare_share"],
        missing=given["missing"],
        special=given["special"],
        unseen=given["unseen"],
        min_bin_share=given["min_bin_share"],
        by_hand=FREE
        if text
        else ByHand(
            None if user is None else read_cuts(name, "user_splits", user),
            fixed,
        ),
        groups=read_groups(name, user) if text and user is not None else None,
        stable=given["stable"],
        constraints={
            **{name: given[name] for name in CONSTRAINTS if name != "min_bin_share"},
            "divergence": given["divergence"],
        },
    )
