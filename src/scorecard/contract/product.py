"""A product: its columns, rules, features, reason texts and policy, as one value."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from scorecard.contract.column import Column
from scorecard.contract.request import request_model
from scorecard.contract.rule import Rule
from scorecard.errors import LeakError, ProductError, ScorecardError
from scorecard.features import Feature, FeatureSet, ReasonText
from scorecard.home import project_root

if TYPE_CHECKING:
    import pandera.polars as pa
    import pydantic

    from scorecard.contract.row import RowChecker
    from scorecard.contract.table import TableContract

PACKAGED = Path(__file__).parent.parent / "_products"
_WHY = {
    "outcome": "depends on the outcome",
    "identifier": "is an identifier",
    "audit_only": "is for audit only",
}


class Product:
    """What a lender declares: read from a folder once, frozen into every bundle.

    ``columns`` and ``rules`` are the contract, ``features`` the `FeatureSet`, ``reasons`` maps a
    reason code to its texts, ``policy`` is the plain mapping of ``policy.yaml``.
    """

    def __init__(
        self,
        name: str,
        columns: Iterable[Column],
        rules: Iterable[Rule],
        *,
        features: FeatureSet,
        reasons: Iterable[ReasonText],
        policy: Mapping[str, Any],
    ) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.rules = tuple(rules)
        self.features = features
        self.reasons = {reason.code: reason for reason in reasons}
        self.policy = dict(policy)
        for feature in features.features:
            if feature.reason not in self.reasons:
                raise ProductError(
                    f"Feature {feature.name} names reason {feature.reason!r}, which REASONS of "
                    f"{name} does not declare; add its texts in zh and en."
                )

    def __repr__(self) -> str:
        return (
            f"Product({self.name!r}: {len(self.columns)} columns, {len(self.features)} features, "
            f"policy {self.policy.get('version')})"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Product) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self.sha256)

    def column(self, name: str) -> Column:
        """Return the column called ``name``."""
        return next(c for c in self.columns if c.name == name)

    @cached_property
    def schema(self) -> pa.DataFrameSchema:
        """The pandera schema of a whole table."""
        from scorecard.contract.schema import pandera_schema

        return pandera_schema(self.columns)

    @cached_property
    def request_model(self) -> type[pydantic.BaseModel]:
        """The strict pydantic model of one application."""
        return request_model(f"{self.name.title().replace('_', '')}Application", self.columns)

    @cached_property
    def table(self) -> TableContract:
        """The contract as it applies to tables."""
        from scorecard.contract.table import TableContract

        return TableContract(self.columns, self.rules)

    @cached_property
    def rows(self) -> RowChecker:
        """The contract as it applies to validated requests."""
        from scorecard.contract.row import RowChecker

        return RowChecker(self.columns, self.rules)

    @property
    def kinds(self) -> dict[str, str]:
        """Each column's kind."""
        return {c.name: c.kind for c in self.columns}

    def refuse_leaks(self) -> None:
        """Raise `LeakError` for the features that read what is not known or not allowed."""
        role = {c.name: c.role for c in self.columns}
        leaks = [
            f"feature {name} reads {column}, which {_WHY[role[column]]}"
            for name, reads in self.features.lineage().items()
            for column in sorted(reads)
            if role[column] != "scoring"
        ]
        if leaks:
            raise LeakError(f"{self.name}: {'; '.join(leaks)}. Take them out of features.py.")

    def with_features(self, features: Iterable[Feature]) -> Product:
        """Return this product with other features over the same columns."""
        return Product(
            self.name,
            self.columns,
            self.rules,
            features=FeatureSet(features, self.kinds),
            reasons=self.reasons.values(),
            policy=self.policy,
        )

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the frozen declaration."""
        text = json.dumps(self.to_dict(), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """Return the declaration as JSON values."""
        return {
            "name": self.name,
            "columns": [c.to_dict() for c in self.columns],
            "rules": [r.to_dict() for r in self.rules],
            **self.features.to_dict(),
            "reasons": [{"code": r.code, "zh": r.zh, "en": r.en} for r in self.reasons.values()],
            "policy": self.policy,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Product:
        """Rebuild a product from `to_dict`'s output; the two compare equal."""
        return cls(
            data["name"],
            [Column.from_dict(c) for c in data["columns"]],
            [Rule.from_dict(r) for r in data["rules"]],
            features=FeatureSet.from_dict({"features": data["features"]}),
            reasons=[ReasonText(**r) for r in data["reasons"]],
            policy=data["policy"],
        )


def product_folder(path: str | Path) -> Path:
    """Return the folder of a product given by path, or by name in the project or the package.

    Raises `ProductError` when there is none.
    """
    name = str(path)
    places = [Path(name), project_root() / "features" / name, PACKAGED / name]
    for place in places:
        if (place / "schema.py").is_file():
            return place.resolve()
    raise ProductError(
        f"No product {name!r}: looked for a folder of that path, in features/ of the project and "
        "among the packaged products; a product folder holds schema.py, features.py, policy.yaml."
    )


def load_product(path: str | Path) -> Product:
    """Load a product from its folder, or by name.

    The folder holds ``schema.py`` (a pandera model ``Application``, optionally ``RULES``),
    ``features.py`` (``FEATURES``, ``REASONS``) and ``policy.yaml``. Raises `ProductError` for a
    declaration that breaks a rule.
    """
    import yaml

    from scorecard.contract.schema import columns_of

    folder = product_folder(path)
    schema, declared = _run(folder / "schema.py"), _run(folder / "features.py")
    try:
        policy = yaml.safe_load((folder / "policy.yaml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ProductError(f"{folder.name} has no policy.yaml; write one.") from None
    except yaml.YAMLError as error:
        raise ProductError(f"{folder.name}/policy.yaml is not YAML: {error}.") from None
    if not isinstance(policy, dict):
        raise ProductError(f"{folder.name}/policy.yaml must be a mapping of sections.")
    columns = columns_of(_named(schema, "Application"))
    features = FeatureSet(_named(declared, "FEATURES"), {c.name: c.kind for c in columns})
    return Product(
        folder.name,
        columns,
        getattr(schema, "RULES", []),
        features=features,
        reasons=_named(declared, "REASONS"),
        policy=policy,
    )


def _run(path: Path) -> ModuleType:
    """Execute one declaration file as a module of its own."""
    if not path.is_file():
        raise ProductError(f"{path.parent.name} has no {path.name}; write one.")
    name = f"_product_{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # pandera resolves annotations through the module
    try:
        spec.loader.exec_module(module)
    except ScorecardError:
        raise
    except Exception as error:  # any mistake in a declaration is the declaration's, told in a line
        raise ProductError(
            f"{path.parent.name}/{path.name} does not run: {type(error).__name__}: {error}."
        ) from error
    finally:
        del sys.modules[name]
    return module


def _named(module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        raise ProductError(f"{Path(str(module.__file__)).name} must define {name}.")
    return getattr(module, name)
