"""How long senders are waited for, and how many batches are held at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process spends on slow or crowding senders; times are in seconds.

    A body of ``/rate`` must have arrived ``rate_seconds`` after its headers, one of ``/rate_batch``
    ``batch_seconds`` after its turn came. ``batches`` of them are read and rated at a time; the
    next waits ``queue_seconds`` for its turn. ``searches`` of ``/recourse`` are held likewise; they
    are worked on one at a time, beside the ratings.
    """

    rate_seconds: float = 10.0
    batch_seconds: float = 30.0
    queue_seconds: float = 10.0
    batches: int = 4
    searches: int = 4
