"""The drafted files: what a linter and a formatter leave alone, and names of any kind."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from sqlglot.dialects.duckdb import DuckDB

import scorecard as sc
from scorecard.draft import Draft, draft_product
from scorecard.draft.spelling import sql_name
from scorecard.errors import InputError
from scorecard.features import Expression
from scorecard.policy import Policy

HOSTILE = [
    "default payment next month", "class", "select", 'say "it"', "it's", "年收入", "x.y", "float",
    "column", "datetime", "l", "copy", "_hidden", "100%", "A", "a", "\\", "{x}", "-- c", "a;b",
]  # fmt: skip


@pytest.fixture(scope="module")
def hostile() -> Draft:
    rng = np.random.default_rng(2)
    table = pl.DataFrame({name: rng.normal(size=300) for name in HOSTILE})
    levels = ['"', "'", "\\", "\n", "line\x00", "名", "x" * 120]
    table = table.with_columns(
        pl.Series("level of 中文", rng.choice(levels, 300)),
        pl.Series('the "bad" one', rng.choice(["ok'", 'no "good"', None], 300, p=[0.6, 0.3, 0.1])),
    )
    return draft_product("any", table, 'the "bad" one', day="2026-01-01")


def test_names_of_any_kind_come_back_and_others_are_said_to_be_left_out(
    hostile: Draft, tmp_path: Path
) -> None:
    product = sc.load_product(hostile.write(tmp_path))
    assert set(hostile.undeclared) == {"copy", "_hidden"}
    assert {c.name for c in product.columns} | set(hostile.undeclared) == set(
        hostile.table()["column"]
    )
    for name in hostile.undeclared:
        assert f"# review: '{name}' is not declared" in hostile.files["schema.py"]
    names = [name.lower() for name in product.features.names]
    assert len(set(names)) == len(names)
    assert product.policy["outcome"]["bad"] == '"the ""bad"" one" = \'no "good"\''
    assert all(name.isidentifier() for name in names)


def test_a_linter_and_a_formatter_leave_the_files_alone(hostile: Draft, tmp_path: Path) -> None:
    pytest.importorskip("ruff")
    root = Path(__file__).parents[2]
    shutil.copy(root / "pyproject.toml", tmp_path)
    hostile.write(tmp_path / "features")
    known = 'lint.isort.known-first-party=["scorecard"]'
    for command in (["check", "--config", known], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", str(tmp_path / "features")],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def test_every_business_number_is_marked_for_review(hostile: Draft) -> None:
    text = hostile.files["policy.yaml"]
    assert set(yaml.safe_load(text)) == set(sc.load_product("sme_cn").policy) | {"remarks"}
    for section in ("outcome", "sample", "calibration", "answering", "reasons", "score", "grades"):
        above = text.split(f"\n{section}:")[0].splitlines()[-1]
        assert above.startswith("#"), section


def test_a_bare_name_is_read_back_as_a_column() -> None:
    words = [word for word in DuckDB.Tokenizer.KEYWORDS if word.isidentifier()]
    assert len(words) > 200
    for word in [*words, "while", "GrAppv", "connect_by_root"]:
        expression = Expression(f"{sql_name(word)} * 2", {word: "float"})
        assert expression.reads == {word}
    assert sql_name("GrAppv") == "GrAppv"


def test_a_folder_that_exists_is_left_as_it_is(hostile: Draft, tmp_path: Path) -> None:
    (tmp_path / "any").mkdir()
    with pytest.raises(InputError, match="exists already and is not overwritten"):
        hostile.write(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "any"]


@pytest.mark.parametrize(("mark", "said"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_without_commas_is_told_what_to_do(tmp_path: Path, mark: str, said: str) -> None:
    path = tmp_path / "loans.csv"
    path.write_text("\n".join(mark.join(row) for row in [("use", "bad"), ("3", "1"), ("4", "0")]))
    with pytest.raises(InputError, match=f"no column 'bad' .* parted by {said}, save it with comm"):
        draft_product("loans", path, "bad", day="2026-01-01")


def test_what_a_person_is_makes_the_groups_of_an_audit(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(4), 400
    days = np.arange("1960-01-01", "1990-01-01", dtype="datetime64[D]")
    table = pl.DataFrame(
        {
            "sex": rng.choice(["f", "m"], rows),
            "age": rng.integers(20, 70, rows),
            "婚姻": rng.choice(["a", "b", None], rows).tolist(),
            "birth_date": rng.choice(days, rows),
            "nationality": rng.choice([f"c{k}" for k in range(30)], rows),
            "income": rng.normal(size=rows),
            "bad": (rng.random(rows) < 0.2).astype(int),
        }
    )
    draft = draft_product("any", table, "bad", day="2026-01-01")
    product = sc.load_product(draft.write(tmp_path))
    groups = Policy.parse(product.policy).validation.fairness.groups
    assert list(groups) == ["sex", "age", "婚姻"]
    assert groups["sex"] == groups["婚姻"] == []
    quartiles = table["age"].quantile(0.25), table["age"].quantile(0.5), table["age"].quantile(0.75)
    assert groups["age"] == pytest.approx(quartiles, abs=1)
    above = draft.files["policy.yaml"].split("\n  fairness:")[0].splitlines()[-2:]
    assert any("review:" in line for line in above)


@pytest.mark.parametrize(
    ("ids", "borrower"),
    [
        ({"loan_id": 400, "customer_id": 150}, "customer_id"),
        ({"loan_id": 400}, None),
        ({"group_id": 60, "customer_id": 150}, None),
    ],
)
def test_the_only_identifier_that_rows_share_is_the_borrower(
    ids: dict[str, int], borrower: str | None, tmp_path: Path
) -> None:
    rng = np.random.default_rng(4)
    table = pl.DataFrame(
        {name: rng.permutation(np.arange(400) % others) for name, others in ids.items()}
        | {"income": rng.normal(size=400), "bad": (rng.random(400) < 0.2).astype(int)}
    )
    draft = draft_product("any", table, "bad", day="2026-01-01")
    product = sc.load_product(draft.write(tmp_path))
    assert Policy.parse(product.policy).sample.borrower == borrower
    assert "review: borrower:" in draft.files["policy.yaml"]
