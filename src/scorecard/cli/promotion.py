"""``scorecard promote``, ``rollback`` and ``history``: what they do and what they print."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from scorecard.cli import screen
from scorecard.errors import InputError
from scorecard.promotion import Promotion, promote, rollback
from scorecard.tracking import Record

REFUSED = 3  # exit code where the gates say no
_COLUMNS = ("at", "outcome", "alias", "version", "before", "by", "approved", "failed", "reason")


def run_promotion(
    model: str,
    *,
    to: str,
    data: Path | None,
    window: str | None,
    by: str,
    force: bool,
    approved_by: str | None,
    reason: str | None,
    as_json: bool,
) -> int:
    """Promote, print the gates and what became of it; returns the exit code."""
    screen.quiet_libraries()
    forced = _force(force=force, approved_by=approved_by, reason=reason)
    with screen.progress(shown=not as_json) as report:
        done = promote(model, data, to=to, by=by, force=forced, window=window, progress=report)
    return _told(done, as_json=as_json)


def run_rollback(name: str, *, by: str, reason: str, as_json: bool) -> int:
    """Roll back and print what became of it; returns the exit code."""
    screen.quiet_libraries()
    return _told(rollback(name, by=by, reason=reason), as_json=as_json)


def run_history(name: str, *, as_json: bool) -> None:
    """Print every record of a model, the oldest first."""
    screen.quiet_libraries()
    from scorecard.tracking import Registry

    registry = Registry()
    records = registry.history(name)
    holders = {alias: registry.holder(name, alias) for alias in ("champion", "challenger")}
    if as_json:
        screen.print_json({"name": name, **holders, "records": [r.to_dict() for r in records]})
        return
    frame = pl.DataFrame(
        [_line(record) for record in records], schema=dict.fromkeys(_COLUMNS, pl.String)
    )
    screen.print_table(frame, f"Registry of {name}, times in UTC", {})
    for alias, version in holders.items():
        said = "nobody" if version is None else f"version {version}"
        screen.out.print(f"{alias}: {said}", markup=False)


def _line(record: Record) -> dict[str, str | None]:
    at = (record.at or "")[:19].replace("T", " ")
    return {
        "at": at,
        "outcome": record.outcome.replace("_", " "),
        "alias": record.to,
        "version": record.version,
        "before": record.from_version,
        "by": record.by,
        "approved": record.approved_by,
        "failed": ", ".join(record.failed),
        "reason": record.reason,
    }


def _force(*, force: bool, approved_by: str | None, reason: str | None) -> tuple[str, str] | None:
    if not force:
        if approved_by is not None or reason is not None:
            raise InputError(
                "--approved-by and --reason belong to a forced promotion: add --force, or leave "
                "them out."
            )
        return None
    if approved_by is None or reason is None:
        raise InputError(
            "--force needs a second name and a reason: give --approved-by OTHER and --reason TEXT."
        )
    return approved_by, reason


def _told(done: Promotion, *, as_json: bool) -> int:
    if as_json:
        screen.print_json(done.to_dict())
    else:
        _show(done)
    return 0 if done.promoted else REFUSED


def _show(done: Promotion) -> None:
    record = done.record
    rows = [
        {
            "gate": f"{gate.title.en} {gate.title.zh}",
            "passed": "yes" if gate.passed else "NO",
            "number": None if gate.number is None else f"{gate.number:.4g}",
            "what": gate.shown.en,
            "rule": gate.rule.en,
        }
        for gate in (*done.failed, *(gate for gate in done.gates if gate.passed))
    ]
    schema = dict.fromkeys(("gate", "passed", "number", "what", "rule"), pl.String)
    screen.print_table(pl.DataFrame(rows, schema=schema), "Gates, failed ones first", {})
    what = f"{record.product} version {record.version}"
    before = "nobody" if record.from_version is None else f"version {record.from_version}"
    failed = ", ".join(record.failed)
    said = {
        "promoted": f"Promoted {what} to {record.to}, in place of {before}.",
        "forced": f"FORCED: {what} is {record.to} in place of {before}, though gates failed: "
        f"{failed}. By {record.by}, approved by {record.approved_by}.",
        "refused": f"Refused {what} as {record.to}; failed: {failed}. In office: {before}.",
        "rolled_back": f"Rolled back to {what}, in place of {before}.",
    }[record.outcome]
    screen.out.print(f"{said} Recorded in MLflow: run {record.run_id}.", markup=False)
