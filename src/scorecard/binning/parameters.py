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
OF_ONE = (*MAPPINGS, *NUMBERS, *CHOICES, "splits")
SEARCHED = ("trend", "user_splits", "fixed_splits", "max_prebins", *CONSTRAINTS)


def check_parameters(given: Given) -> None:
    """Raise `InputError` for the first parameter of `OptimalBinner` that no table could meet."""
    for name in (*NUMBERS, *CHOICES):
        if isinstance(given[name], Mapping):
            raise InputError(
                f"{name} must be one value for all features; got a mapping. Give single features "
                f"theirs as by_feature={{feature: {{{name!r}: value}}}}."
            )
    _check_values(given)
    if not isinstance(given["stable"], (bool, np.bool_)):
        raise InputError(f"stable must be True or False; got {given['stable']!r}.")
    if not isinstance(given["trend"], (str, Mapping)):
        raise InputError(f"trend must be a text or a mapping by feature; got {given['trend']!r}.")
    for name in ("user_splits", "fixed_splits", "by_feature"):
        if not isinstance({} if given[name] is None else given[name], Mapping):
            raise InputError(f"{name} must be a mapping by feature; got {given[name]!r}.")
    for name, entry in (given["by_feature"] or {}).items():
        _check_entry(given, name, entry)


def _check_entry(given: Given, name: str, entry: Any) -> None:
    """Raise `InputError` for what ``by_feature`` cannot ask of one feature."""
    if not isinstance(entry, Mapping):
        raise InputError(
            f"Feature {name}: by_feature must map it to its settings; got {type(entry).__name__}."
        )
    if strangers := [key for key in entry if key not in OF_ONE]:
        raise InputError(f"Feature {name}: by_feature knows {', '.join(OF_ONE)}; got {strangers}.")
    for key in MAPPINGS:
        if key in entry and isinstance(given[key], Mapping) and name in given[key]:
            raise InputError(f"Feature {name}: {key} is given twice, once in by_feature; give one.")
    if "splits" in entry:
        beside = [key for key in SEARCHED if key in entry]
        beside += [key for key in ("user_splits", "fixed_splits") if name in (given[key] or {})]
        if beside:
            raise InputError(
                f"Feature {name}: splits are its bins as they stand, nothing is sought; got "
                f"{', '.join(beside)} as well. Give user_splits in place of splits to have the "
                "best of them found."
            )
    if "trend" in entry and not (isinstance(entry["trend"], str) and entry["trend"] in TRENDS):
        raise InputError(
            f"Feature {name}: trend must be one of {', '.join(TRENDS)}; got {entry['trend']!r}."
        )
    try:
        _check_values({**given, **entry})
    except InputError as error:
        raise InputError(f"Feature {name}: {error}") from None


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
    for parameter in (*MAPPINGS, "by_feature"):
        mapping = given[parameter] if isinstance(given[parameter], Mapping) else {}
        if strangers := [key for key in mapping if key not in names]:
            raise InputError(
                f"{parameter} must name columns of X ({', '.join(names)}); got {strangers}."
            )
    return [_setting(given, name, is_text) for name, is_text in zip(names, text, strict=True)]


def _of_one(given: Given, name: str) -> dict[str, Any]:
    """Return the parameters of one feature; a trend or special values for all are not its own."""
    found = {key: given[key] for key in (*NUMBERS, *CHOICES, "stable")}
    for key in MAPPINGS:
        if isinstance(given[key], Mapping) and name in given[key]:
            found[key] = given[key][name]
    return found | dict((given["by_feature"] or {}).get(name, {}))


def _setting(given: Given, name: str, text: bool) -> Settings:
    own = _of_one(given, name)
    for_all = given["trend"] if isinstance(given["trend"], str) else "auto"
    trend = own.get("trend", for_all)
    if trend not in TRENDS:
        raise InputError(
            f"Feature {name}: trend must be one of {', '.join(TRENDS)}; got {trend!r}."
        )
    if text and own.get("trend", "none") not in ("none", "auto"):
        raise InputError(
            f"Feature {name}: text has no direction, its trend must be none; got {trend!r}."
        )
    codes = own.get("special_values")
    if text and codes:
        raise InputError(f"Feature {name}: special values are numbers, the feature is text.")
    if "special_values" not in own and not isinstance(given["special_values"], Mapping):
        codes = given["special_values"]
    special, special_names = read_specials(name, codes)
    fixed = read_cuts(name, "fixed_splits", own.get("fixed_splits", ()))
    if text and fixed:
        raise InputError(
            f"Feature {name}: text has no cut points; give groups of levels as user_splits."
        )
    exact = "splits" in own
    if exact:  # nothing is asked of the bins; a trend of the feature's own holds what others add
        trend = own.get("trend", "none")
    parameter = "splits" if exact else "user_splits"
    user = own.get(parameter)
    asked = exact or user is not None
    cuts = read_cuts(name, parameter, user) if asked and not text else None
    return Settings(
        trend="none" if text else trend,
        special_values=() if text else special,
        special_names=() if text else special_names,
        max_prebins=int(own["max_prebins"]),
        rare_share=own["rare_share"],
        missing=own["missing"],
        special=own["special"],
        unseen=own["unseen"],
        min_bin_share=own["min_bin_share"],
        by_hand=FREE if text else ByHand(cuts, fixed),
        groups=read_groups(name, parameter, user) if text and asked else None,
        exact=exact,
        stable=own["stable"],
        constraints={
            **{key: own[key] for key in CONSTRAINTS if key != "min_bin_share"},
            "divergence": own["divergence"],
        },
    )
