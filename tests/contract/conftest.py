"""A small product with every kind of column and rule, nullable and not."""

import datetime as dt
import os
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pandera.polars as pa
import pytest

from scorecard.contract import Column, Rule, columns_of
from scorecard.contract.column import column

ROOT = Path(__file__).parents[2]


class Small(pa.DataFrameModel):
    firm: str = column(zh="企业", en="Firm", role="identifier", required=True, pattern="^[A-Z]{2}",
                       min_length=2, max_length=4)  # fmt: skip
    amount: float = column(zh="金额", en="Amount", unit="yuan", required=True, gt=0.0, lt=1e6)
    margin: float = column(zh="利润", en="Margin", ge=-10.0, le=10.0)
    months: int = column(zh="月数", en="Months", required=True, ge=1, le=60)
    staff: int = column(zh="人数", en="Staff", gt=-1, lt=1000)
    grade: str = column(zh="等级", en="Grade", isin=["A", "B", "甲"])
    code: str = column(zh="代码", en="Code", isin=["x1", "x22", "y1"], max_length=3, pattern="1$")
    note: str = column(zh="备注", en="Note", min_length=1, max_length=5)
    flag: bool = column(zh="标志", en="Flag")
    listed: bool = column(zh="名单", en="Listed", required=True)
    founded: dt.date = column(zh="成立", en="Founded", ge=dt.date(1950, 1, 1))
    as_of: dt.date = column(zh="观察日", en="As of", required=True, gt=dt.date(1999, 12, 31),
                            lt=dt.date(2030, 1, 1))  # fmt: skip
    gender: str = column(zh="性别", en="Gender", role="audit_only", isin=["f", "m"])
    bad: int = column(zh="违约", en="Bad", role="outcome", ge=0, le=1)


RULES = (
    Rule("founded_first", "founded", "founded <= as_of", "先成立", "Founded before applying"),
    Rule("staff_paid", "staff", "staff * 10 <= amount", "人数", "Ten yuan for each of the staff"),
    Rule("staff_listed", "staff", "staff < 500 or listed", "人数", "Large firms are listed"),
    Rule("no_bad_women", "bad", "bad = 0 or gender <> 'f'", "性别", "Of training only"),
)

VALID = {
    "firm": "ABc", "amount": 5e5, "margin": -1.5, "months": 12, "staff": 7, "grade": "甲",
    "code": "x1", "note": "ok", "flag": True, "listed": False, "founded": dt.date(2001, 2, 3),
    "as_of": dt.date(2024, 2, 29), "gender": "m", "bad": 0,
}  # fmt: skip


@pytest.fixture(scope="session")
def small() -> tuple[Column, ...]:
    return columns_of(Small)


@pytest.fixture(scope="session")
def rules() -> tuple[Rule, ...]:
    return RULES


@pytest.fixture
def valid() -> dict[str, object]:
    return dict(VALID)


@pytest.fixture(scope="session")
def asked_row() -> dict[str, object]:
    return {name: value for name, value in VALID.items() if name not in ("gender", "bad")}


def declarations(product: str) -> ModuleType:
    """Load ``features/<product>/schema.py`` as it stands, without installing it anywhere."""
    path = ROOT / "features" / product / "schema.py"
    spec = util.spec_from_file_location(f"declared_{product}", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sba() -> ModuleType:
    return declarations("sba_7a")


@pytest.fixture(scope="session")
def sba_file() -> Path:
    folder = Path(os.environ.get("SCORECARD_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "sba_7a" / "loans.parquet"
    if not path.exists():
        pytest.skip("the SBA loans are not beside the project (see SCORECARD_DATA)")
    return path
