"""The portfolio whose truth is known."""

from scorecard.simulation.cycle import cycle_default_rate, economy_path
from scorecard.simulation.simulate import simulate

__all__ = ["cycle_default_rate", "economy_path", "simulate"]
