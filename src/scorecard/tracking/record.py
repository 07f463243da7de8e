"""One decision of the registry: who moved which alias to which version, why, or was refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

CHAMPION, CHALLENGER = "champion", "challenger"
KIND = "promotion"  # the tag ``kind`` of every record's run
Outcome = Literal["promoted", "forced", "refused", "rolled_back"]


@dataclass(frozen=True, slots=True)
class Record:
    """What was decided about an alias of a registered model.

    ``version`` is the one that took the alias ``to`` or was refused it, ``from_version`` the one
    that held it before (None for nobody), ``sha256`` the hash of the version's bundle, ``by`` and
    ``approved_by`` who decided, ``failed`` the keys of the gates that failed. ``policy_version``
    and ``champion_policy_version`` are those of the two bundles, ``data_sha256`` the identity of
    the table that the gates looked at. ``at`` is the time in UTC (ISO 8601) and ``run_id`` the run
    of MLflow that holds the record; both are given when it is written.
    """

    product: str
    outcome: Outcome
    to: str
    version: str
    from_version: str | None
    sha256: str | None
    by: str
    approved_by: str | None = None
    reason: str | None = None
    policy_version: str | None = None
    champion_policy_version: str | None = None
    data_sha256: str | None = None
    failed: tuple[str, ...] = ()
    at: str | None = None
    run_id: str | None = None

    @property
    def moved(self) -> bool:
        """Whether the alias moved."""
        return self.outcome != "refused"

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "failed": list(self.failed)}

    def to_tags(self) -> dict[str, str]:
        """Return it as tags of a run, without time and id; what is None is left out."""
        found = {"kind": KIND}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "failed":
                found["failed"] = ", ".join(value)
            elif value is not None and field.name not in ("at", "run_id"):
                found[field.name] = value
        return found

    @classmethod
    def from_tags(cls, tags: Mapping[str, str], *, at: str, run_id: str) -> Record:
        """Read it from the tags of a run; `KeyError` where one that it needs is absent."""
        told: dict[str, Any] = {
            field.name: tags[field.name]
            if field.name in ("product", "outcome", "to", "version", "by")
            else tags.get(field.name)
            for field in fields(cls)
        }
        failed = tuple(key for key in (tags.get("failed") or "").split(", ") if key)
        return cls(**{**told, "failed": failed, "at": at, "run_id": run_id})


def terms(records: list[Record]) -> list[str]:
    """Return the versions whose return can be asked for, the one in office last: an undo stack.

    ``records`` are those of one alias, in order. A promotion puts a version on top, a rollback
    takes one off. A version that came into office by another way (an alias moved by hand) counts
    from the moment when a record found it there.
    """
    stack: list[str] = []
    for record in records:
        if not record.moved:
            continue
        found_at(stack, record.from_version)
        if record.outcome == "rolled_back":
            stack.pop()
            if not stack or stack[-1] != record.version:
                stack.append(record.version)
        else:
            stack.append(record.version)
    return stack


def found_at(stack: list[str], version: str | None) -> None:
    """Put ``version``, found in office, on top of the stack unless it is there."""
    if version is not None and (not stack or stack[-1] != version):
        stack.append(version)


def previous(records: list[Record], office: str | None) -> str | None:
    """Return the version to roll back to from ``office``, the one in office; None without any.

    From nobody in office it is the version that was there last.
    """
    stack = terms(records)
    if office is None:
        return stack[-1] if stack else None
    found_at(stack, office)
    return stack[-2] if len(stack) > 1 else None
