"""A rating as the endpoint answers it: the rating itself, who asked, and when."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from scorecard.recourse import Recourse
from scorecard.values import Rating

if TYPE_CHECKING:
    from scorecard.rating import Rater

# What an answer adds to a rating; without these, two answers to one application are equal.
ADDED = ("decision_id", "request_id", "received_at", "decided_at")


def answer(rating: Rating, *, request_id: str, received_at: datetime) -> dict[str, Any]:
    """Return the answer's fields in their public order; `to_json` writes the values in it."""
    return {
        "decision_id": str(uuid.uuid4()),
        "request_id": request_id,
        "product": rating.product,
        "decision": rating.decision,
        "pd": rating.pd,
        "score": rating.score,
        "grade": rating.grade,
        "limit": rating.limit,
        "price": rating.price,
        "conditions": rating.conditions,
        "rule_hits": rating.rule_hits,
        "reasons": rating.reasons,
        "strengths": rating.strengths,
        "explanation": rating.explanation,
        "second_opinion": rating.second_opinion,
        "answered_by": rating.answered_by,
        "margin": rating.margin,
        "model": rating.model,
        "policy_version": rating.policy_version,
        "feature_hash": rating.feature_hash,
        "warnings": rating.warnings,
        "ledger": rating.ledger,
        "received_at": received_at,
        "decided_at": now(),
    }


def recourse_answer(
    recourse: Recourse, rater: Rater, *, request_id: str, received_at: datetime
) -> dict[str, Any]:
    """Return the fields of an answer to ``/recourse`` in their public order."""
    return {
        "request_id": request_id,
        "product": rater.product.name,
        **recourse.to_dict(),
        "model": rater.model,
        "policy_version": rater.policy_version,
        "received_at": received_at,
        "decided_at": now(),
    }


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


def to_json(content: Any) -> bytes:
    """Write dataclasses, tuples and UTC times (as ``…Z``) as JSON."""
    return orjson.dumps(content, option=orjson.OPT_UTC_Z)
