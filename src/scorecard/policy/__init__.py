"""The lender's decisions as versioned data."""

from scorecard.policy.document import Policy

__all__ = ["Policy"]
