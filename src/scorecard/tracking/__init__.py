"""What MLflow knows: folders, aliases and hashes. The only room that imports it.

`resolve` does not import MLflow; `Store` does, so it is imported when first asked for.
"""

from typing import TYPE_CHECKING, Any

from scorecard.tracking.address import Resolved, resolve

if TYPE_CHECKING:
    from scorecard.tracking.store import Store

__all__ = ["Resolved", "Store", "resolve"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from scorecard.tracking.store import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
