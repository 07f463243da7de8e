"""From a registered version to its alias: gates first, then one recorded move."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorecard.errors import InputError
from scorecard.policy import Policy
from scorecard.promotion.gate import Gate
from scorecard.promotion.gates import gates_of
from scorecard.promotion.integrity import integrity
from scorecard.promotion.names import name_of, reason_of, two_names
from scorecard.tracking import Record
from scorecard.tracking.record import CHALLENGER, CHAMPION
from scorecard.validation import ValidationReport, validate
from scorecard.validation.filing import FOLDER, filed, tags
from scorecard.validation.words import Words

if TYPE_CHECKING:
    from scorecard.rating import Rater
    from scorecard.tracking.registry import Registry, Version
    from scorecard.tracking.store import Store

Progress = Callable[[str, float], None]
ALIASES = (CHAMPION, CHALLENGER)
_HOLDS = "<b style='color:#2e7d4f'>✓</b>"
_FAILS = "<b style='color:#b3261e'>✗</b>"


@dataclass(frozen=True, repr=False)
class Promotion:
    """What became of a promotion: its ``record``, the ``gates``, and the ``report`` they read.

    ``report`` is None where no gate needed one: for a challenger, and for a damaged bundle.
    """

    record: Record
    gates: tuple[Gate, ...]
    report: ValidationReport | None = field(default=None, repr=False)

    @property
    def promoted(self) -> bool:
        """Whether the version has the alias now."""
        return self.record.moved

    @property
    def failed(self) -> tuple[Gate, ...]:
        """The gates that failed."""
        return tuple(gate for gate in self.gates if not gate.passed)

    def to_dict(self) -> dict[str, Any]:
        """Return record and gates as JSON values."""
        return {**self.record.to_dict(), "gates": [gate.to_dict() for gate in self.gates]}

    @property
    def _said(self) -> str:
        record = self.record
        return f"{record.product} version {record.version}: {record.outcome.replace('_', ' ')}"

    def __repr__(self) -> str:
        failed = ", ".join(gate.key for gate in self.failed)
        return f"Promotion({self._said}{f', failed: {failed}' if failed else ''})"

    def _repr_html_(self) -> str:
        """Return the outcome and a row for each gate, for a notebook."""
        record = self.record
        before = f"{record.to} before: {record.from_version or 'nobody'}"
        left = "<td style='text-align:left'>"
        rows = "".join(
            f"<tr>{left}{_HOLDS if gate.passed else _FAILS}</td>{left}{escape(gate.title.en)}</td>"
            f"{left}<b>{escape(gate.shown.en)}</b></td>"
            f"<td style='text-align:left;opacity:.75'>{escape(gate.rule.en)}</td></tr>"
            for gate in self.gates
        )
        return (
            f"<p><b>{escape(self._said)}</b> · {escape(before)} · by {escape(record.by)}</p><table>"
            "<thead><tr><th></th><th style='text-align:left'>gate</th>"
            "<th style='text-align:left'>found</th><th style='text-align:left'>rule</th></tr>"
            f"</thead><tbody>{rows}</tbody></table>"
        )


def _silent(_what: str, _share: float) -> None:
    """Report no progress."""


def promote(
    model: str,
    data: Any = None,
    *,
    to: str = "champion",
    by: str,
    force: tuple[str, str] | None = None,
    window: str | None = None,
    seed: int = 0,
    store: Store | None = None,
    progress: Progress = _silent,
) -> Promotion:
    """Give a registered version the alias ``to`` if it passes the gates; record it either way.

    ``model`` is ``models:/NAME/VERSION`` or ``models:/NAME@ALIAS``. A champion must pass the gates
    of its own ``policy.yaml`` on ``data`` (a file or a frame with outcomes, judged in ``window`` as
    by `validate`), beside the champion in office on the same rows, and may not have looser rules
    than that one; a challenger must only be whole. ``by`` is who asks. ``force`` is a second name
    and a reason: failed gates are then recorded and passed over, but for integrity (a bundle that
    is not, byte for byte, the one that was registered) and for an alias that somebody else moved
    while the gates ran.

    A refusal is returned, not raised: see `Promotion.promoted`. Raises `InputError` for a model,
    alias, name or reason that cannot be used, without data, and for a version that has the alias
    already; `TableError` for data that cannot be judged. Then nothing is recorded.
    """
    from scorecard.tracking.registry import OfficeError, Registry

    by, approved_by, reason = _who(by, force)
    if to not in ALIASES:
        raise InputError(f"--to must be champion or challenger; got {to!r}.")
    if not str(model).startswith("models:/"):
        raise InputError(
            "Only a registered version can be promoted: give models:/NAME/VERSION or "
            f"models:/NAME@challenger (scorecard train registers what it trains); got {model}."
        )
    registry = Registry(store)
    version = registry.find(str(model))
    office = registry.holder(version.name, to)
    if office == version.number:
        raise InputError(f"{version.name} version {office} is {to} already.")
    judged = to == CHAMPION
    if judged and data is None:
        raise InputError("A champion must pass the gates on data with outcomes: give --data FILE.")
    record = Record(
        product=version.name,
        outcome="promoted",
        to=to,
        version=version.number,
        from_version=office,
        sha256=version.sha256,
        by=by,
        approved_by=approved_by,
        reason=reason,
    )
    gates, report, record = _judge(
        registry, version, record, data=data if judged else None, window=window, seed=seed,
        progress=progress,
    )  # fmt: skip
    failed = tuple(gate for gate in gates if not gate.passed)
    record = replace(record, outcome=_outcome(failed, force), failed=_keys(failed))
    clear = CHALLENGER if judged else None
    rows = [gate.to_dict() for gate in gates]
    try:
        record = registry.decide(record, rows, clear=clear)
    except OfficeError:
        gates = (*gates, _overtaken(registry, record))
        failed = (*failed, gates[-1])
        record = replace(record, outcome="refused", failed=_keys(failed))
        rows = [gate.to_dict() for gate in gates]
        record = registry.decide(record, rows)
    if report is not None:
        progress("keeping the report", 0.0)
        _keep(registry, record, report)
    return Promotion(record, gates, report)


def _keep(registry: Registry, record: Record, report: ValidationReport) -> None:
    """Lay the report that decided beside the record of the decision."""
    run = registry.store.reopen(record.run_id or "")
    with filed(report) as folder:
        run.attach(folder, FOLDER)
    run.tags(tags(report))


def _judge(
    registry: Registry,
    version: Version,
    record: Record,
    *,
    data: Any,
    window: str | None,
    seed: int,
    progress: Progress,
) -> tuple[tuple[Gate, ...], ValidationReport | None, Record]:
    """Return the gates of a candidate, what they were read from, and the record with its facts."""
    progress("checking the bundle", 0.0)
    whole, rater, bundle = integrity(registry, version)
    if rater is None or bundle is None:
        return (whole,), None, record
    policy = Policy.parse(rater.product.policy)
    record = replace(record, policy_version=policy.version)
    if data is None:
        return (whole,), None, record
    office = record.from_version
    rival = None
    rival_policy: Policy | None = None
    if office is not None:
        _, rival_rater, rival = integrity(
            registry, registry.find(f"models:/{version.name}/{office}")
        )
        if rival_rater is not None:
            rival_policy = Policy.parse(rival_rater.product.policy)
            if not comparable(rival_rater, rater):
                rival = None
            record = replace(record, champion_policy_version=rival_policy.version)
    if isinstance(data, os.PathLike):
        data = Path(data)
    report = validate(bundle, data, window=window, champion=rival, seed=seed, progress=progress)
    gates = gates_of(report, policy, rival_policy, office=office)
    record = replace(record, data_sha256=report.about["data"]["sha256"])
    return (whole, _declared_outcome(version), *gates), report, record


def comparable(champion: Rater, candidate: Rater) -> bool:
    """Whether the candidate's product declares what the champion reads, of the same kinds."""
    declared = {column.name: column.kind for column in candidate.product.columns}
    kinds = {column.name: column.kind for column in champion.product.columns}
    return all(declared.get(name) == kinds[name] for name in champion.features.reads)


def _declared_outcome(version: Version) -> Gate:
    target = version.tags.get("target")
    said = Words("按声明的结果训练", "trained on the declared outcome")
    if target is not None:
        said = Words(f"按 {target} 训练", f"trained on {target}")
    return Gate(
        "outcome",
        Words("结果定义", "Outcome"),
        None,
        said,
        Words("按产品声明的结果训练", "trained on the outcome that the product declares"),
        passed=target is None,
    )


def _overtaken(registry: Registry, record: Record) -> Gate:
    now = registry.holder(record.product, record.to) or "(none)"
    before = record.from_version or "(none)"
    return Gate(
        "office",
        Words("在任版本未变", "Office unchanged"),
        None,
        Words(
            f"检查期间 {record.to} 由版本 {before} 变为 {now}",
            f"while the gates ran, the {record.to} changed from version {before} to {now}",
        ),
        Words(
            "移动别名时在任者仍是所比较的版本，强制也不能越过",
            "in office must be the version that was compared with; cannot be forced",
        ),
        passed=False,
        forcible=False,
    )


def _outcome(failed: tuple[Gate, ...], force: tuple[str, str] | None) -> Any:
    if not failed:
        return "promoted"
    forced = force is not None and all(gate.forcible for gate in failed)
    return "forced" if forced else "refused"


def _keys(gates: tuple[Gate, ...]) -> tuple[str, ...]:
    return tuple(gate.key for gate in gates)


def _who(by: str, force: tuple[str, str] | None) -> tuple[str, str | None, str | None]:
    if force is None:
        return name_of(by, "--by"), None, None
    approved_by, reason = force
    return (*two_names(by, approved_by), reason_of(reason))
