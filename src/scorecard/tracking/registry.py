"""Who is in office: aliases of registered bundles, moved one at a time, every move recorded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scorecard.errors import InputError, ScorecardError
from scorecard.tracking.address import Resolved, parse_address
from scorecard.tracking.lock import locked
from scorecard.tracking.record import CHALLENGER, CHAMPION, KIND, Record, previous
from scorecard.tracking.store import Store  # before MLflow: it sets its switches

from mlflow.entities import Metric  # isort: skip
from mlflow.exceptions import MlflowException  # isort: skip
from scorecard.tracking.run import NOTE, VERSION_NOTE  # isort: skip

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "{name}-registry"  # where a product's records are; no product has a dash in its name
TRAINING = "scorecard train"  # who is named where training itself hands out an alias
LOCK = "registry.lock"
SHA256 = "bundle_sha256"  # the tag of a version with the hash of its bundle's manifest
MOST_RECORDS = 50_000

_ABSENT = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")
_MARK = "Registry: "  # begins the one line of a version's description that records keep


class OfficeError(ScorecardError):
    """The alias is no longer where a decision about it began."""


@dataclass(frozen=True, slots=True)
class Version:
    """A registered version: its name, number and tags."""

    name: str
    number: str
    tags: Mapping[str, str]

    @property
    def uri(self) -> str:
        """Its address."""
        return f"models:/{self.name}/{self.number}"

    @property
    def sha256(self) -> str | None:
        """The hash that its bundle was registered with, None where it was registered without."""
        return self.tags.get(SHA256) or None


class Registry:
    """The aliases of a `Store`'s registered models, and the record of every decision about them.

    A record is a run of the experiment ``NAME-registry``, tagged ``kind=promotion``; what it says
    is in its tags (`Record`), the gates are its artifact ``gates.json`` and, as numbers, its
    metrics. The run ends only once the alias has moved, so that a decision that was cut short is
    no record. Moves are made one at a time: a lock beside the store keeps other processes of the
    machine out, and a move whose alias is not where the decision found it is refused.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = Store() if store is None else store

    @property
    def _client(self) -> MlflowClient:
        return self.store._client

    def find(self, uri: str) -> Version:
        """Return the version of a ``models:/`` address; `InputError` if there is none."""
        name, alias, number = parse_address(uri)
        self._check_begun(uri)
        try:
            if alias is not None:
                found = self._client.get_model_version_by_alias(name, alias)
            else:
                found = self._client.get_model_version(name, str(number))
        except MlflowException as error:
            raise _unfound(uri, error) from None
        return Version(name, str(found.version), dict(found.tags))

    def resolve(self, uri: str) -> Resolved:
        """Return where the bundle of an address lies and the hash that it must have.

        Raises `InputError` where there is none, and for one registered without its hash: nobody
        could tell whether it is whole.
        """
        version = self.find(uri)
        if version.sha256 is None:
            raise InputError(
                f"{version.uri} was registered without the hash of its bundle ({SHA256}), so that "
                "nobody can tell whether it is whole; train again."
            )
        return replace(self.store.resolve(version.uri), sha256=version.sha256)

    def holder(self, name: str, alias: str = CHAMPION) -> str | None:
        """Return the version that has an alias, None if none has; `InputError` for no such name."""
        self._check_begun(name)
        try:
            found = self._client.get_registered_model(name).aliases.get(alias)
        except MlflowException as error:
            raise _unfound(name, error) from None
        return None if found is None else str(found)

    def history(self, name: str) -> list[Record]:
        """Return all records of a model, the oldest first; `InputError` for no such name."""
        self.holder(name)
        return self._records(name)

    def previous(self, name: str, alias: str = CHAMPION) -> str | None:
        """Return the version that a rollback would bring back, None without any."""
        records = [each for each in self.history(name) if each.to == alias]
        return previous(records, self.holder(name, alias))

    def decide(
        self, record: Record, gates: Sequence[Mapping[str, Any]] = (), *, clear: str | None = None
    ) -> Record:
        """Write a record and, unless it is a refusal, move the alias to its version.

        ``gates`` are rows with ``key`` and ``number`` at least; ``clear`` is an alias that the
        version gives up. Returns the record with its time and run. Raises `OfficeError`, and
        changes nothing, where ``record.from_version`` no longer holds the alias.
        """
        with self._locked():
            return self._decide(record, gates, clear)

    def introduce(
        self, name: str, version: str, *, sha256: str, policy_version: str, data_sha256: str
    ) -> bool:
        """Give a version fresh from training its alias; whether it is champion now.

        The first model of a product becomes champion without gates, since nobody is in office to
        compare it with; a later one becomes challenger. Both are recorded.
        """
        with self._locked():
            office = self.holder(name)
            first = office is None and not any(r.to == CHAMPION for r in self._records(name))
            to = CHAMPION if first else CHALLENGER
            self._decide(
                Record(
                    product=name,
                    outcome="promoted",
                    to=to,
                    version=version,
                    from_version=self.holder(name, to),
                    sha256=sha256,
                    by=TRAINING,
                    reason="first model, no gates" if first else "trained",
                    policy_version=policy_version,
                    data_sha256=data_sha256,
                ),
                (),
                None,
            )
        return first

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self.store.folder / LOCK)

    def _decide(
        self, record: Record, gates: Sequence[Mapping[str, Any]], clear: str | None
    ) -> Record:
        if record.moved and self.holder(record.product, record.to) != record.from_version:
            raise OfficeError(
                f"Somebody moved the {record.to} of {record.product} meanwhile: it is no longer "
                f"version {record.from_version or '(none)'}. Look at scorecard history "
                f"{record.product} and decide again."
            )
        client = self._client
        run = client.create_run(
            self._experiment(record.product),
            run_name=f"{record.outcome} {record.product} {record.version}",
            tags=record.to_tags(),
        )
        run_id, begun = run.info.run_id, run.info.start_time
        at = datetime.fromtimestamp(begun / 1000, UTC).isoformat(timespec="milliseconds")
        written = replace(record, at=at.replace("+00:00", "Z"), run_id=run_id)
        try:
            if gates:
                text = json.dumps(list(gates), ensure_ascii=False, indent=1, allow_nan=False)
                client.log_text(run_id, text, "gates.json")
                client.log_batch(run_id, metrics=_metrics(gates, begun))
            if record.moved:
                client.set_registered_model_alias(record.product, record.to, record.version)
                if clear is not None and self.holder(record.product, clear) == record.version:
                    client.delete_registered_model_alias(record.product, clear)
        except BaseException:
            client.set_terminated(run_id, "FAILED")
            raise
        client.set_terminated(run_id, "FINISHED")
        self._mark(written)
        return written

    def _mark(self, record: Record) -> None:
        """Say on the version's own page what was decided about it last."""
        name, number = record.product, record.version
        said = f"{record.outcome.replace('_', ' ')}, {record.to}, {record.at}, by {record.by}"
        for key, value in (
            ("promotion_outcome", record.outcome),
            ("promotion_to", record.to),
            ("promotion_by", record.by),
            ("promotion_at", record.at),
            ("promotion_run", record.run_id),
        ):
            self._client.set_model_version_tag(name, number, key, value)
        before = self._client.get_model_version(name, number).description or ""
        kept = [line for line in before.splitlines() if not line.startswith(_MARK)]
        room = VERSION_NOTE - len(_MARK + said) - 1
        text = "\n".join(kept)[:room].rstrip() + "\n" + _MARK + said
        self._client.update_model_version(name, number, description=text.strip())

    def _records(self, name: str) -> list[Record]:
        found = self._client.get_experiment_by_name(EXPERIMENT.format(name=name))
        records: list[Record] = []
        token = None
        while found is not None:
            runs = self._client.search_runs(
                [found.experiment_id],
                f"tags.kind = '{KIND}' and attributes.status = 'FINISHED'",
                max_results=1000,
                order_by=["attributes.start_time ASC"],
                page_token=token,
            )
            for run in runs:
                at = datetime.fromtimestamp(run.info.start_time / 1000, UTC)
                told = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                with suppress(KeyError):  # a run that somebody else tagged so
                    records.append(Record.from_tags(run.data.tags, at=told, run_id=run.info.run_id))
            token = runs.token
            if not token or len(records) >= MOST_RECORDS:
                break
        return records

    def _experiment(self, name: str) -> str:
        title = EXPERIMENT.format(name=name)
        found = self._client.get_experiment_by_name(title)
        if found is not None:
            return str(found.experiment_id)
        about = {NOTE: f"Every promotion, refusal and rollback of {name}."}
        where = self.store._artifacts(title)
        return str(self._client.create_experiment(title, artifact_location=where, tags=about))

    def _check_begun(self, what: str) -> None:
        """Refuse to make a database only to find nothing in it."""
        file = self.store.uri.removeprefix("sqlite:///")
        if file != self.store.uri and not Path(file).is_file():
            raise InputError(f"No model {what}: nothing was trained here yet; run scorecard train.")


def _unfound(what: str, error: MlflowException) -> ScorecardError:
    """Return what to say where a model was not found: that there is none, or that nobody knows."""
    if error.error_code in _ABSENT:
        return InputError(
            f"No model {what} in the registry; run scorecard train, or scorecard promote a version "
            "of it."
        )
    return ScorecardError(f"The registry does not answer for {what} ({error.error_code}).")


def _metrics(gates: Sequence[Mapping[str, Any]], at: int) -> list[Metric]:
    numbers = {f"gate.{gate['key']}": gate["number"] for gate in gates}
    return [
        Metric(key, float(number), at, 0)
        for key, number in numbers.items()
        if number is not None and math.isfinite(number)
    ]
