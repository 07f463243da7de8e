"""Industries of GB/T 4754 in which small firms work, with plausible invented traits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scorecard.simulation.draw import Floats

OPERATING = ("C", "E")
"""Sections whose electricity follows their output; elsewhere it is noise."""


@dataclass(frozen=True, slots=True)
class Section:
    """Traits of one section: shares are fractions of revenue, days are days of turnover.

    ``risk`` is in log-odds of default, ``kwh`` is electricity per yuan of revenue, ``outlook`` the
    lender's published view, ``divisions`` the two-digit codes with their share of all firms.
    """

    letter: str
    risk: float
    gross: float
    margin: float
    inventory_days: float
    receivable_days: float
    payable_days: float
    fixed: float
    kwh: float
    outlook: float
    divisions: tuple[tuple[str, float], ...]


SECTIONS: tuple[Section, ...] = (
    Section("A", 0.10, 0.26, 0.09, 80, 40, 30, 0.50, 0.010, 0.3, (
        ("01", 1.4), ("03", 1.0), ("05", 0.6),
    )),
    Section("C", 0.05, 0.22, 0.08, 55, 75, 50, 0.42, 0.060, 0.2, (
        ("13", 2.6), ("14", 1.6), ("17", 1.8), ("18", 2.2), ("26", 1.6), ("29", 2.4), ("30", 2.0),
        ("33", 3.6), ("34", 2.8), ("35", 2.2), ("38", 2.0), ("39", 1.8),
    )),
    Section("E", 0.38, 0.16, 0.06, 30, 120, 75, 0.18, 0.008, -0.9, (
        ("47", 3.0), ("48", 2.2), ("50", 4.0),
    )),
    Section("F", -0.05, 0.13, 0.05, 42, 45, 34, 0.10, 0.004, 0.1, (("51", 20.0), ("52", 13.0))),
    Section("G", 0.12, 0.17, 0.06, 6, 62, 32, 0.40, 0.010, 0.0, (
        ("54", 4.2), ("59", 0.9), ("60", 0.3),
    )),
    Section("H", 0.48, 0.48, 0.07, 12, 10, 28, 0.36, 0.030, -0.8, (("61", 1.5), ("62", 4.0))),
    Section("I", -0.28, 0.36, 0.11, 8, 70, 30, 0.12, 0.004, 0.9, (("64", 1.6), ("65", 3.8))),
    Section("K", 0.20, 0.24, 0.09, 10, 45, 30, 0.25, 0.012, -1.1, (("70", 1.3),)),
    Section("L", 0.00, 0.28, 0.09, 8, 62, 30, 0.28, 0.004, 0.2, (("71", 1.6), ("72", 5.0))),
    Section("M", -0.32, 0.34, 0.11, 10, 80, 34, 0.16, 0.005, 1.0, (
        ("73", 0.8), ("74", 2.6), ("75", 1.6),
    )),
    Section("N", -0.08, 0.22, 0.08, 10, 100, 45, 0.30, 0.010, 0.4, (("77", 0.8),)),
    Section("O", 0.15, 0.35, 0.08, 14, 24, 22, 0.28, 0.012, -0.1, (("80", 1.6), ("81", 1.2))),
    Section("P", 0.10, 0.38, 0.10, 2, 10, 16, 0.26, 0.006, -0.6, (("83", 0.9),)),
    Section("Q", -0.35, 0.36, 0.12, 20, 34, 30, 0.36, 0.015, 0.8, (("84", 0.8),)),
    Section("R", 0.30, 0.36, 0.07, 8, 30, 24, 0.32, 0.012, -0.4, (("87", 0.5), ("90", 0.6))),
)  # fmt: skip

CODES: tuple[str, ...] = tuple(s.letter + code for s in SECTIONS for code, _ in s.divisions)
SHARES: tuple[float, ...] = tuple(share for s in SECTIONS for _, share in s.divisions)
_SECTION_OF = [s for s in SECTIONS for _ in s.divisions]


def trait(name: str) -> Floats:
    """Return one numeric trait of `Section` for every code of `CODES`, in that order."""
    return np.array([getattr(s, name) for s in _SECTION_OF], dtype=np.float64)


def in_sections(letters: tuple[str, ...]) -> Floats:
    """Return 1.0 for every code of `CODES` in one of the sections, else 0.0."""
    return np.array([float(s.letter in letters) for s in _SECTION_OF])
