"""Who may be champion: the gates of a promotion, its record, and the way back."""

from scorecard.promotion.gate import Gate
from scorecard.promotion.predecessor import rollback
from scorecard.promotion.promotion import Promotion, promote

__all__ = ["Gate", "Promotion", "promote", "rollback"]
