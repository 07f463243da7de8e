"""What would have changed a rating: the smallest feasible change, found and put into words."""

from scorecard.recourse.answer import TARGETS, Change, Recourse, Target
from scorecard.recourse.ladder import Ladders
from scorecard.recourse.search import find
from scorecard.recourse.spread import Spreads

__all__ = ["TARGETS", "Change", "Ladders", "Recourse", "Spreads", "Target", "find"]
