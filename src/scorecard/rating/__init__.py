"""The whole road, loaded from one bundle."""

from scorecard.rating.bundle import Bundle
from scorecard.rating.rater import Rater

__all__ = ["Bundle", "Rater"]
