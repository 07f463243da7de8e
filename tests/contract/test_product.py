"""A product as a value, and what its folder must hold."""

import shutil
from collections.abc import Callable
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


MISTAKES = [
    ("policy.yaml", "central_tendency: 0.085", "", "calibration.central_tendency"),
    ("policy.yaml", "min_gain: 0.01", "min_gain: 0.01\n  spare: 1", "answering.spare"),
    ("policy.yaml", "min_gain: 0.01", "min_gain: [", "is not YAML: .* [(]line"),
    ("policy.yaml", "min_gain: 0.01", "min_gain: 0.01\n  min_gain: 9", "'min_gain' is given twice"),
    ("policy.yaml", "models:", "score: {pdo: 1}\nmodels:", "'score' is given twice"),
    ("policy.yaml", "pdo: 20", "pdo: &pdo 20\n  base: *pdo", "alias .* not allowed"),
    ("policy.yaml", "pdo: 20", "<<: {pdo: 20}", "a key must be a word"),
    ("policy.yaml", "pdo: 20", "on: 20", "a key must be a word"),
    ("policy.yaml", "pdo: 20", "[a]: 20", "a key must be a word"),
    ("policy.yaml", 'version: "2026.1"', "version: 2026-01-01", "version must be text, .* a date"),
    ("policy.yaml", 'version: "2026.1"', "version: 2026-13-01", "not YAML: ValueError: month"),
    ("policy.yaml", "min_gain: 0.01", "min_gain: .nan", "answering.min_gain must be a finite"),
    ("policy.yaml", 'version: "2026.1"', "version: !!set {a}", "version must be text, .* a set"),
    ("policy.yaml", 'version: "2026.1"', "version: !!python/name:os.system x", "not YAML: .*tag"),
    ("policy.yaml", 'version: "2026.1"', "version: " + "[" * 900 + "]" * 900, "too deeply"),
    ("features.py", '"amount", "GrAppv"', '"amount", "GrApv"', "amount: Unknown column 'GrApv'"),
    ("features.py", '"amount", "GrAppv"', '"amount", 3', "amount: sql must be a text; got int"),
    ("features.py", '"amount", "GrAppv"', '"amount", "GrAppv " * 300', "at most 2,000 characters"),
    ("features.py", "FEATURES", "FEATURE", "must define FEATURES"),
    ("features.py", "REASONS: list", 'FEATURES = "amount"\nREASONS: list', "got str"),
    ("features.py", "REASONS: list", "FEATURES += [1]\nREASONS: list", "item 11 is of type int"),
    ("features.py", "REASONS: list", "FEATURES = []\nREASONS: list", "FEATURES is empty"),
    ("features.py", "ReasonText(", "tuple,(", "REASONS must be a list of ReasonText"),
    ("features.py", '"FEW_EMPLOYEES", "员工更', '"SMALL_LOAN", "员工更', "SMALL_LOAN is .* twice"),
    ("features.py", '"NEW_FIRM", "新设企业"', '"NEW", "新设企业"', "reason 'NEW'"),
    ("features.py", "import Feature", "import Featur", "does not run: ImportError"),
    ("features.py", "FEATURES: list", "raise SystemExit(0)\nFEATURES: list", "run: SystemExit"),
    ("schema.py", 'role="audit_only"', 'role="audit"', "role must be one of"),
    ("schema.py", "import datetime", "import sys; sys.exit()\nimport datetime", "run: SystemExit"),
    ("schema.py", "class App", "raise ValueError('a\\nb')\nclass App", "not run: ValueError: a b"),
    ("schema.py", "(pa.DataFrameModel)", "", "derived from pandera.polars.DataFrameModel"),
    ("schema.py", "RULES: list", "Application = 3\nRULES: list", "DataFrameModel; got int"),
    ("schema.py", "loan_id: int", "loan_id: 'nothing'", "Application makes no schema: "),
    ("schema.py", "RULES: list[Rule] = [", "RULES = [None,", "RULES must .* item 1 is of type N"),
    ("schema.py", "RULES: list[Rule] = [", "RULES = {1: [", "not run: SyntaxError"),
    ("schema.py", "SBA_Appv <= GrAppv", "SBA_Appv <= Gross", "Unknown column 'Gross'"),
    ("schema.py", "SBA_Appv <= GrAppv", "SBA_Appv + GrAppv", "must be true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "said"), MISTAKES)
def test_a_mistake_in_a_declaration_is_one_sentence(
    copy: Path, file: str, old: str, new: str, said: str
) -> None:
    text = (copy / file).read_text(encoding="utf-8")
    assert old in text
    (copy / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProductError, match=said) as refusal:
        Policy.parse(sc.load_product(copy).policy)
    sentence = str(refusal.value)
    assert file in sentence
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.write_bytes("金额: 1".encode("gb18030")), "is no text in UTF-8"),
        (lambda path: path.write_bytes(b"a: \x00"), "is not YAML: ReaderError"),
        (lambda path: path.write_text("- 1"), "must be a mapping"),
        (lambda path: path.write_text(""), "must be a mapping"),
        (lambda path: path.unlink(), "has no policy.yaml; write one"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read: Is a directory"),
        (lambda path: (path.unlink(), path.symlink_to(path)), "cannot be read: Too many levels"),
    ],
)
def test_a_policy_that_cannot_be_read_is_one_sentence(
    copy: Path, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(copy / "policy.yaml")
    with pytest.raises(ProductError, match=f"^sba_7a(/policy.yaml)? {said}"):
        sc.load_product(copy)


def test_a_frozen_product_does_not_carry_its_own_sql_past_the_parser() -> None:
    frozen = sc.load_product("sba_7a").to_dict()
    frozen["features"][0]["normal"] = '"Term"'
    with pytest.raises(ProductError, match="Feature amount: its frozen form"):
        Product.from_dict(frozen)


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "a\0b"])
def test_no_such_product_says_where_it_looked(name: str) -> None:
    with pytest.raises(ProductError, match="No product '"):
        sc.load_product(name)
