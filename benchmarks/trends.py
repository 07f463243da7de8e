"""Directions a credit officer would insist on, for the public tables; all others are left free.

Where the data contradict a direction beyond their noise it is not declared, whatever theory says.
"""

from __future__ import annotations

from collections.abc import Mapping

_UP, _DOWN = "ascending", "descending"

TRENDS: Mapping[str, Mapping[str, str]] = {
    # Duration in months; instalments as a share of income.
    "german": {"A2": _UP, "A8": _UP},
    # Derogatory reports, recent inquiries, debt to income.
    "hmeq": {"DEROG": _UP, "NINQ": _UP, "DEBTINC": _UP},
    # Liabilities, equity, operating profit, sales profit to assets; cash earnings to liabilities.
    "polish_bankruptcy_5y": {
        "Attr2": _UP, "Attr10": _DOWN, "Attr22": _DOWN, "Attr26": _DOWN, "Attr35": _DOWN,
    },
    "taiwan_default": {},
    "give_me_some_credit": {},
}  # fmt: skip
