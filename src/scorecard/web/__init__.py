"""The ASGI application behind the door.

The name is imported when first asked for, so that starting a service does not wait for what serving
needs.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scorecard.web.app import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from scorecard.web.app import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
