"""The registry on a real MLflow: records that a search finds, one move at a time, the way back."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest

from scorecard.errors import BundleError, InputError
from scorecard.promotion import promote, rollback
from scorecard.rating import Rater
from scorecard.tracking import Record, Registry, Store
from scorecard.tracking.record import previous
from scorecard.tracking.registry import OfficeError


def record(version: str, before: str | None, **more: object) -> Record:
    told = {"product": "sme_cn", "outcome": "promoted", "to": "champion", "version": version}
    return Record(**{**told, "from_version": before, "sha256": "x", "by": "Ada", **more})  # type: ignore[arg-type]


def test_the_first_model_is_champion_and_the_next_ones_are_challengers(registry: Registry) -> None:
    assert (registry.holder("sme_cn"), registry.holder("sme_cn", "challenger")) == ("1", "2")
    first, second = registry.history("sme_cn")
    assert (first.to, first.version, first.reason) == ("champion", "1", "first model, no gates")
    assert (second.to, second.version, second.by) == ("challenger", "2", "scorecard train")


def test_nobody_is_put_into_an_office_that_was_cleared_by_hand(registry: Registry) -> None:
    registry.store._client.delete_registered_model_alias("sme_cn", "champion")
    told = {"sha256": "x", "policy_version": "p", "data_sha256": "d"}
    assert not registry.introduce("sme_cn", "3", **told)
    assert (registry.holder("sme_cn"), registry.holder("sme_cn", "challenger")) == (None, "3")
    assert registry.previous("sme_cn") == "1"


def test_every_kind_of_record_is_found_by_a_search(registry: Registry) -> None:
    gates = [{"key": "stability", "number": 0.3}, {"key": "policy", "number": None}]
    for outcome, version, before in (
        ("promoted", "2", "1"),
        ("refused", "3", "2"),
        ("forced", "3", "2"),
        ("rolled_back", "2", "3"),
    ):
        more = {"approved_by": "Grace", "reason": "中文, why", "failed": ("stability", "policy")}
        registry.decide(record(version, before, outcome=outcome, **more), gates)
    client = mlflow.MlflowClient(registry.store.uri, registry.store.uri)
    where = client.get_experiment_by_name("sme_cn-registry").experiment_id
    for outcome, count in (("promoted", 3), ("refused", 1), ("forced", 1), ("rolled_back", 1)):
        wanted = f"tags.kind = 'promotion' and tags.outcome = '{outcome}'"
        assert len(client.search_runs([where], wanted)) == count
    (run,) = client.search_runs([where], "tags.outcome = 'forced' and tags.by = 'Ada'")
    assert run.data.tags["approved_by"] == "Grace"
    assert run.data.tags["failed"] == "stability, policy"
    assert run.data.metrics == {"gate.stability": 0.3}
    assert [f.path for f in client.list_artifacts(run.info.run_id)] == ["gates.json"]
    told = registry.history("sme_cn")[-2]
    assert (told.run_id, told.outcome, told.reason) == (run.info.run_id, "forced", "中文, why")
    assert (told.failed, told.at[-1]) == (("stability", "policy"), "Z")
    version = client.get_model_version("sme_cn", "3")
    assert version.tags["promotion_outcome"] == "forced"
    assert version.description.count("Registry: ") == 1
    assert registry.holder("sme_cn") == "2"


def test_a_decision_about_another_office_changes_nothing(registry: Registry) -> None:
    with pytest.raises(OfficeError, match="no longer version 3"):
        registry.decide(record("2", "3"))
    assert registry.holder("sme_cn") == "1"
    assert len(registry.history("sme_cn")) == 2


def test_a_decision_that_was_cut_short_is_no_record(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(registry.store._client, "set_registered_model_alias", stop)
        with pytest.raises(KeyboardInterrupt):
            registry.decide(record("2", "1"))
    assert len(registry.history("sme_cn")) == 2
    assert registry.previous("sme_cn") is None


def test_rolling_back_is_an_undo_stack(registry: Registry, home: Path) -> None:
    store = Store(home)
    registry.decide(record("2", "1"))
    registry.decide(record("3", "2"))
    back = [rollback("sme_cn", by="Ada", reason="drift", store=store).record for _ in range(2)]
    assert [(r.from_version, r.version) for r in back] == [("3", "2"), ("2", "1")]
    assert registry.holder("sme_cn") == "1"
    with pytest.raises(InputError, match="no earlier champion"):
        rollback("sme_cn", by="Ada", reason="drift", store=store)
    registry.decide(record("3", "1"))
    assert rollback("sme_cn", by="Ada", reason="drift", store=store).record.version == "1"
    told = [(r.outcome, r.version) for r in registry.history("sme_cn") if r.to == "champion"]
    assert told == [
        ("promoted", "1"), ("promoted", "2"), ("promoted", "3"), ("rolled_back", "2"),
        ("rolled_back", "1"), ("promoted", "3"), ("rolled_back", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("records", "office", "expected"),
    [
        ([], None, None),
        ([], "1", None),
        ([("1", None)], "1", None),
        ([("1", None)], None, "1"),
        ([("1", None), ("2", "1")], "2", "1"),
        ([("1", None), ("2", "1"), ("1", "2"), ("2", "1")], "2", "1"),
        ([("1", None), ("2", "1")], "9", "2"),  # moved by hand since
        ([("1", None), ("2", "9")], "2", "9"),  # moved by hand before
        ([("1", None), ("2", "1"), ("back", "2", "9")], "2", "1"),
        ([("1", None), ("2", "1"), ("back", "1", "2"), ("back", "1", None)], "1", None),
    ],
)
def test_what_a_rollback_goes_back_to(
    records: list[tuple[str, ...]], office: str | None, expected: str | None
) -> None:
    told = [
        replace(record(r[1], r[2]), outcome="rolled_back") if r[0] == "back" else record(*r)
        for r in records
    ]
    assert previous(told, office) == expected


MOVE = """
import sys, time
from scorecard.tracking import Record, Registry, Store
registry = Registry(Store(sys.argv[1]))
found = registry.holder("sme_cn")
print("ready", flush=True)
sys.stdin.readline()
for _ in range(5):
    record = Record("sme_cn", "promoted", "champion", sys.argv[2], found, "x", "Ada")
    try:
        registry.decide(record)
        print("moved", flush=True)
        break
    except Exception as error:
        print(type(error).__name__, flush=True)
        break
"""


@pytest.mark.slow
def test_of_two_promotions_at_once_one_sees_that_it_was_overtaken(
    registry: Registry, home: Path
) -> None:
    """Both have read the same champion before either moves it."""
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MOVE, str(home), version],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for version in ("2", "3")
    ]  # fmt: skip
    for each in both:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    said = [each.stdin.write("go\n") and each.stdin.flush() for each in both]  # type: ignore[union-attr]
    said = [each.communicate(timeout=60)[0].strip() for each in both]
    assert sorted(said) == ["OfficeError", "moved"]
    winner = ("2", "3")[said.index("moved")]
    assert registry.holder("sme_cn") == winner
    assert [r.version for r in registry.history("sme_cn")[2:]] == [winner]


def damage(registry: Registry, version: str) -> None:
    folder = Path(registry.resolve(f"models:/sme_cn/{version}").folder)
    booster = bytearray((folder / "booster.ubj").read_bytes())
    booster[len(booster) // 2] ^= 1
    (folder / "booster.ubj").write_bytes(booster)


@pytest.mark.parametrize("to", ["champion", "challenger"])
def test_a_damaged_bundle_is_refused_even_by_force(registry: Registry, home: Path, to: str) -> None:
    damage(registry, "3")
    done = promote(
        "models:/sme_cn/3", Path("never read.parquet"), to=to, by="Ada", force=("Bo", "now"),
        store=Store(home),
    )  # fmt: skip
    assert (done.promoted, done.record.outcome, done.record.failed) == (
        False, "refused", ("integrity",),
    )  # fmt: skip
    assert "booster.ubj" in done.gates[0].shown.en
    assert registry.history("sme_cn")[-1] == done.record
    assert registry.holder("sme_cn") == "1"


def test_a_rollback_to_a_damaged_bundle_is_refused_and_recorded(
    registry: Registry, home: Path
) -> None:
    registry.decide(record("2", "1"))
    damage(registry, "1")
    done = rollback("sme_cn", by="Ada", reason="drift", store=Store(home))
    assert (done.promoted, done.record.failed) == (False, ("integrity",))
    assert registry.holder("sme_cn") == "2"


def test_another_bundle_in_the_place_of_the_registered_one_is_found_out(
    registry: Registry, home: Path
) -> None:
    """Every file fits its manifest: only the registered hash tells."""
    mine, other = (Path(registry.resolve(f"models:/sme_cn/{v}").folder) for v in ("1", "2"))
    for file in other.iterdir():
        (mine / file.name).write_bytes(file.read_bytes())
    Rater.load(mine)
    with pytest.raises(BundleError, match="not the one that was registered"):
        Rater.load("models:/sme_cn@champion")
    done = promote("models:/sme_cn/1", to="challenger", by="Ada", store=Store(home))
    assert done.record.failed == ("integrity",)


def test_a_version_without_a_hash_is_not_served(registry: Registry) -> None:
    registry.store._client.delete_model_version_tag("sme_cn", "3", "bundle_sha256")
    with pytest.raises(InputError, match="without the hash"):
        Rater.load("models:/sme_cn/3")


def test_names_and_addresses_that_lead_nowhere(home: Path, tmp_path: Path) -> None:
    store = Store(home)
    with pytest.raises(InputError, match="already"):
        promote("models:/sme_cn@champion", by="Ada", store=store)
    with pytest.raises(InputError, match="Only a registered version"):
        promote(str(tmp_path), by="Ada", store=store)
    with pytest.raises(InputError, match="--data"):
        promote("models:/sme_cn/2", by="Ada", store=store)
    with pytest.raises(InputError, match="--to must be"):
        promote("models:/sme_cn/2", by="Ada", to="production", store=store)
    with pytest.raises(InputError, match="No model other"):
        rollback("other", by="Ada", reason="x", store=store)
    assert len(Registry(store).history("sme_cn")) == 2
