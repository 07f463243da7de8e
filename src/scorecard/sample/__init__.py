"""Which rows of a table count: population, outcome, windows, weights, every loss counted."""

from scorecard.sample.fingerprint import fingerprint
from scorecard.sample.judged import Judged, draw_judged
from scorecard.sample.part import FEWEST, Part
from scorecard.sample.population import EXCLUDING
from scorecard.sample.sample import Sample, draw_sample

__all__ = [
    "EXCLUDING",
    "FEWEST",
    "Judged",
    "Part",
    "Sample",
    "draw_judged",
    "draw_sample",
    "fingerprint",
]
