"""What MLflow knows: folders, aliases and hashes. The only room that imports it.

`resolve` does not import MLflow; `Store` and `Registry` do, so they are imported when first asked
for.
"""

from typing import TYPE_CHECKING, Any

from scorecard.tracking.address import Resolved, resolve
from scorecard.tracking.record import Record

if TYPE_CHECKING:
    from scorecard.tracking.registry import Registry
    from scorecard.tracking.store import Store

__all__ = ["Record", "Registry", "Resolved", "Store", "resolve"]


def __getattr__(name: str) -> Any:
    if name == "Store":
        from scorecard.tracking.store import Store

        return Store
    if name == "Registry":
        from scorecard.tracking.registry import Registry

        return Registry
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
