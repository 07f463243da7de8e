"""Who may be champion: the gates of a promotion, its record, and the way back."""

from scorecard.promotion.gate import Gate
from scorecard.promotion.promotion import Promotion, promote
from scorecard.promotion.rollback import rollback

__all__ = ["Gate", "Promotion", "promote", "rollback"]
