"""A product folder drafted from any table, so that it reaches a first scorecard."""

from scorecard.draft.product import Draft, check_absent, check_name, draft_product
from scorecard.draft.table_profile import Profile, profile

__all__ = ["Draft", "Profile", "check_absent", "check_name", "draft_product", "profile"]
