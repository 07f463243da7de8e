"""Typed errors: each says the rule, what was received, and what to do next."""

from __future__ import annotations

from scorecard.values import Problem


class ScorecardError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(ScorecardError):
    """What the caller handed in cannot be used; the command line ends with exit code 2."""


class TableError(InputError):
    """A file or frame is no table of the product (a column missing, a wrong type, no rows)."""


class ContractError(InputError):
    """An application breaks the product's contract; ``problems`` lists each field and rule."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


class ProductError(InputError):
    """A product's declaration breaks a rule (unknown role, forbidden function, leaking feature)."""


class LeakError(ProductError):
    """A feature reads a column that is not known, or not allowed, at application time."""


class BundleError(ScorecardError):
    """A model bundle is damaged, incomplete or from an unknown format version."""


class NotFittedError(ScorecardError):
    """A model was asked to answer before it was fitted."""


class ExplanationError(ScorecardError):
    """An explanation does not add up to the number it explains."""


class TextTargetWarning(UserWarning):
    """The outcome is text, and which of its classes is bad was taken from their order."""


class SuspiciousFeatureWarning(UserWarning):
    """A feature alone ranks too well to be known at application: a suspected leak."""


class SlowExplanationWarning(UserWarning):
    """An explanation is exact, but far slower than it could be."""
