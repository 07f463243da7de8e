"""A product as a value, and what its folder must hold."""

import shutil
from pathlib import Path

import pytest

import scorecard as sc
from scorecard.contract import Product
from scorecard.errors import LeakError, ProductError
from scorecard.policy import Policy

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "features" / "sba_7a", tmp_path / "sba_7a"))


@pytest.mark.parametrize("name", ["sme_cn", "sba_7a"])
def test_json_both_ways(name: str) -> None:
    product = sc.load_product(name)
    again = Product.from_dict(product.to_dict())
    assert again == product
    assert again.sha256 == product.sha256
    assert again.features.hash == product.features.hash


@pytest.mark.parametrize("name", ["sme_cn", "sba_7a"])
def test_every_policy_parses_and_every_column_is_labelled(name: str) -> None:
    product = sc.load_product(name)
    Policy.parse(product.policy)
    assert all(c.zh and c.en and c.source for c in product.columns)
    assert all(f.zh and f.en for f in product.features.features)


def test_the_default_product_is_as_large_as_promised() -> None:
    product = sc.load_product("sme_cn")
    assert sum(c.asked for c in product.columns) >= 60
    assert len(product.features) >= 30


def test_a_leaking_feature_is_refused_by_name(copy: Path) -> None:
    product = sc.load_product(copy)
    product.refuse_leaks()
    for column, why in (("Term", "outcome"), ("loan_id", "identifier"), ("Bank", "audit")):
        kind = product.kinds[column]
        leak = sc.Feature("leak", column, "none" if kind == "str" else "auto", "STATE")
        with pytest.raises(LeakError, match=f"leak reads {column}, which .*{why}"):
            product.with_features([*product.features.features, leak]).refuse_leaks()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("policy.yaml", "central_tendency: 0.085", "", "calibration.central_tendency"),
        ("policy.yaml", "min_gain: 0.01", "min_gain: 0.01\n  spare: 1", "answering.spare"),
        ("policy.yaml", "min_gain: 0.01", "min_gain: [", "not YAML"),
        ("features.py", '"amount", "GrAppv"', '"amount", "GrApv"', "Unknown column 'GrApv'"),
        ("features.py", "FEATURES", "FEATURE", "must define FEATURES"),
        ("features.py", '"NEW_FIRM", "新设企业"', '"NEW", "新设企业"', "reason 'NEW'"),
        ("features.py", "import Feature", "import Featur", "does not run: ImportError"),
        ("schema.py", 'role="audit_only"', 'role="audit"', "role must be one of"),
    ],
)
def test_a_mistake_in_a_declaration_is_one_sentence(
    copy: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProductError, match=said.replace("[", r"\[")):
        Policy.parse(sc.load_product(copy).policy)


def test_no_such_product_says_where_it_looked() -> None:
    with pytest.raises(ProductError, match="No product 'nowhere'"):
        sc.load_product("nowhere")
