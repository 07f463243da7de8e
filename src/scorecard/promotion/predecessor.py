"""Back to the version that was champion before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from scorecard.errors import InputError
from scorecard.promotion.integrity import integrity
from scorecard.promotion.names import name_of, reason_of
from scorecard.promotion.promotion import Promotion
from scorecard.tracking import Record
from scorecard.tracking.record import CHAMPION

if TYPE_CHECKING:
    from scorecard.tracking.store import Store


def rollback(name: str, *, by: str, reason: str, store: Store | None = None) -> Promotion:
    """Make the version champion that was so before the one in office, and record it.

    Promotions are an undo stack: rolling back twice goes two promotions back, and a promotion after
    a rollback goes on from there. No gates are asked, for the version passed them when it was
    promoted; its bundle must be whole, or the rollback is refused, and recorded as that. Raises
    `InputError` where there is no earlier champion, `OfficeError` where somebody else moves the
    alias at this moment.
    """
    from scorecard.tracking.registry import Registry

    by, reason = name_of(by, "--by"), reason_of(reason)
    registry = Registry(store)
    office = registry.holder(name, CHAMPION)
    before = registry.previous(name)
    if before is None:
        raise InputError(f"{name} has no earlier champion to roll back to; see scorecard history.")
    version = registry.find(f"models:/{name}/{before}")
    gate, rater, _ = integrity(registry, version)
    record = Record(
        product=name,
        outcome="rolled_back",
        to=CHAMPION,
        version=before,
        from_version=office,
        sha256=version.sha256,
        by=by,
        reason=reason,
        policy_version=None if rater is None else rater.policy_version,
    )
    if not gate.passed:
        record = replace(record, outcome="refused", failed=(gate.key,))
    return Promotion(registry.decide(record, [gate.to_dict()]), (gate,))
