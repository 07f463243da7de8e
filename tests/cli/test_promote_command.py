"""``scorecard promote``, ``rollback`` and ``history``: exit codes, tables, sentences."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scorecard.cli import promotion
from scorecard.promotion import Gate, Promotion
from scorecard.tracking import Record
from scorecard.validation.words import Words

Run = Callable[..., tuple[int, str, str]]
PROMOTE = ("promote", "models:/sme_cn/2", "--data", "d.parquet", "--by", "Ada")
GATES = (
    Gate("stability", Words("稳定性", "Stability"), 0.1, Words("绿", "green"),
         Words("灯", "light"), passed=True),
    Gate("fairness", Words("公平性", "Fairness"), 0.4567, Words("红", "red: ratio [bold]0.457"),
         Words("规则", "no light worse than amber"), passed=False),
)  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What reaches the promotion, which is refused unless it is forced."""
    found: dict[str, Any] = {}

    def promote(model: str, data: Path, **options: Any) -> Promotion:
        found.update(options, model=model, data=data)
        force = options["force"]
        return Promotion(
            Record(
                product="sme_cn", outcome="forced" if force else "refused", to="champion",
                version="2", from_version="1", sha256="abc", by=options["by"],
                approved_by=force and force[0], reason=force and force[1], failed=("fairness",),
                at="2026-11-25T21:00:00.000Z", run_id="r1",
            ),
            GATES,
        )  # fmt: skip

    monkeypatch.setattr(promotion, "promote", promote)
    return found


def test_a_refusal_lists_the_failed_gates_and_has_its_own_exit_code(
    scorecard: Run, asked: dict[str, Any]
) -> None:
    code, out, err = scorecard(*PROMOTE)
    assert code == 3
    assert err.count("scorecard:") == 0
    lines = [line for line in out.splitlines() if "Fairness" in line or "Stability" in line]
    assert "Fairness 公平性" in lines[0]
    for said in ("NO", "0.4567", "[bold]", "no light worse than amber"):
        assert said in lines[0]
    assert "Refused sme_cn version 2 as champion; failed: fairness" in out
    assert (asked["to"], asked["by"], asked["force"]) == ("champion", "Ada", None)


def test_a_forced_promotion_says_so(scorecard: Run, asked: dict[str, Any]) -> None:
    args = ("--force", "--approved-by", "Grace", "--reason", "branch 7", "--json")
    code, out, _ = scorecard(*PROMOTE, *args)
    assert code == 0
    assert asked["force"] == ("Grace", "branch 7")
    told = json.loads(out)
    assert (told["outcome"], told["failed"], told["approved_by"]) == (
        "forced", ["fairness"], "Grace",
    )  # fmt: skip
    assert [(g["key"], g["passed"]) for g in told["gates"]] == [
        ("stability", True), ("fairness", False),
    ]  # fmt: skip
    code, out, _ = scorecard(*PROMOTE, *args[:-1])
    assert "FORCED: sme_cn version 2 is champion" in out
    assert "approved by Grace" in out


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((*PROMOTE, "--force"), "--approved-by OTHER and --reason TEXT"),
        ((*PROMOTE, "--force", "--reason", "x"), "--approved-by OTHER"),
        ((*PROMOTE, "--reason", "x"), "add --force"),
        (PROMOTE, "nothing was trained here yet"),
        (("promote", "models:/sme_cn", "--by", "Ada"), "models:/NAME/VERSION"),
        (("promote", "folder", "--by", "Ada"), "Only a registered version"),
        (("promote", "models:/a/1", "--by", " "), "--by must be a name"),
        (("promote", "models:/a/1", "--by", "A", "--to", "king"), "champion or challenger"),
        (("rollback", "sme_cn", "--by", "Ada", "--reason", "x"), "nothing was trained"),
        (("rollback", "sme_cn", "--by", "Ada", "--reason", ""), "--reason must be"),
        (("history", "sme_cn"), "nothing was trained here yet"),
    ],
)
def test_bad_input_is_one_sentence(
    scorecard: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.setenv("SCORECARD_HOME", str(tmp_path))
    code, out, err = scorecard(*args)
    assert (code, out) == (2, "")
    assert said in err.splitlines()[-1]
    assert not (tmp_path / "mlruns" / "mlflow.db").exists()
