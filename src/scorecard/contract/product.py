"""A product: its columns, rules, features, reason texts and policy, as one value."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from scorecard.contract.changeable import levers_of
from scorecard.contract.column import Column
from scorecard.contract.identity import Identity
from scorecard.contract.lever import Lever
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

T = TypeVar("T")

PACKAGED = Path(__file__).parent.parent / "_products"
_WHY = {
    "outcome": "depends on the outcome",
    "identifier": "is an identifier",
    "audit_only": "is for audit only",
}


class Product:
    """What a lender declares: read from a folder once, frozen into every bundle.

    ``columns`` and ``rules`` are the contract, ``features`` the `FeatureSet`, ``reasons`` maps a
    reason code to its texts, ``policy`` is the plain mapping of ``policy.yaml``. ``levers`` and
    ``identities`` say what an applicant can do and which sums it keeps; ``all_levers`` adds to the
    declared levers those of the fields that move alone.

    Raises `ProductError` for a reason code declared twice, for a feature whose reason is not
    declared, and for a lever that columns or identities do not allow.
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
        levers: Iterable[Lever] = (),
        identities: Iterable[Identity] = (),
    ) -> None:
        self.name = name
        self.columns = tuple(columns)
        self.rules = tuple(rules)
        self.levers = tuple(levers)
        self.identities = tuple(identities)
        self.all_levers = levers_of(self.columns, self.levers, self.identities)
        self.features = features
        self.reasons: dict[str, ReasonText] = {}
        for reason in reasons:
            if reason.code in self.reasons:
                raise ProductError(f"Reason {reason.code} is declared twice; keep one.")
            self.reasons[reason.code] = reason
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
            levers=self.levers,
            identities=self.identities,
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
            "levers": [each.to_dict() for each in self.levers],
            "identities": [each.to_dict() for each in self.identities],
            **self.features.to_dict(),
            "reasons": [{"code": r.code, "zh": r.zh, "en": r.en} for r in self.reasons.values()],
            "policy": self.policy,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Product:
        """Rebuild a product from `to_dict`'s output; the two compare equal.

        Raises `ProductError` for a declaration that breaks a rule, and for a feature whose frozen
        normal form is not that of its SQL.
        """
        columns = [Column.from_dict(c) for c in data["columns"]]
        return cls(
            data["name"],
            columns,
            [Rule.from_dict(r) for r in data["rules"]],
            features=FeatureSet.from_dict(data, {c.name: c.kind for c in columns}),
            reasons=[ReasonText(**r) for r in data["reasons"]],
            policy=data["policy"],
            levers=[Lever.from_dict(each) for each in data["levers"]],
            identities=[Identity.from_dict(each) for each in data["identities"]],
        )


def product_folder(path: str | Path) -> Path:
    """Return the folder of a product given by path, or by name in the project or the package.

    Raises `ProductError` when there is none.
    """
    name = str(path)
    places = [Path(name), project_root() / "features" / name, PACKAGED / name]
    for place in places:
        try:
            if (place / "schema.py").is_file():
                return place.resolve()
        except OSError:  # no name of a folder at all, or one that may not be looked into
            continue
    raise ProductError(
        f"No product {name!r}: looked for a folder of that path, in features/ of the project and "
        "among the packaged products; a product folder holds schema.py, features.py, policy.yaml."
    )


def load_product(path: str | Path) -> Product:
    """Load a product from its folder, or by name.

    The folder holds ``schema.py`` (a pandera model ``Application``; optionally ``RULES``,
    ``LEVERS`` and ``IDENTITIES``),
    ``features.py`` (``FEATURES``, ``REASONS``) and ``policy.yaml``. Both Python files are executed:
    load only folders whose author you trust. Raises `ProductError`, one sentence that names the
    file, for a declaration that breaks a rule.
    """
    from scorecard.contract.crossfield import CrossFieldRules

    folder = product_folder(path)
    schema, declared = _run(folder / "schema.py"), _run(folder / "features.py")
    with _told_of(folder / "schema.py"):
        columns = _columns(schema)
        rules = _listed(schema, "RULES", Rule) if hasattr(schema, "RULES") else []
        levers = _listed(schema, "LEVERS", Lever) if hasattr(schema, "LEVERS") else []
        identities = (
            _listed(schema, "IDENTITIES", Identity) if hasattr(schema, "IDENTITIES") else []
        )
        CrossFieldRules(columns, rules, asked_only=False)
        levers_of(columns, levers, identities)
    policy = _policy(folder / "policy.yaml")
    with _told_of(folder / "features.py"):
        features = _listed(declared, "FEATURES", Feature)
        if not features:
            raise ProductError("FEATURES is empty; declare at least one Feature.")
        return Product(
            folder.name,
            columns,
            rules,
            features=FeatureSet(features, {c.name: c.kind for c in columns}),
            reasons=_listed(declared, "REASONS", ReasonText),
            policy=policy,
            levers=levers,
            identities=identities,
        )


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Name the file in whatever `ProductError` is raised inside."""
    try:
        yield
    except ProductError as error:
        raise type(error)(f"{_short(path)}: {error}") from error


def _short(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _in_words(error: BaseException) -> str:
    """Return an error of somebody else's in one line of at most 300 characters."""
    text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":.")
    return text if len(text) <= 300 else f"{text[:299]}…"


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
        with _told_of(path):
            spec.loader.exec_module(module)
    except ScorecardError:
        raise
    except (Exception, SystemExit) as error:  # any mistake in a declaration is the declaration's
        raise ProductError(f"{_short(path)} does not run: {_in_words(error)}.") from error
    finally:
        sys.modules.pop(name, None)
    return module


def _named(module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        raise ProductError(f"the file must define {name}.")
    return getattr(module, name)


def _listed(module: ModuleType, name: str, of: type[T]) -> list[T]:
    """Return the list called ``name``, each of whose items is of the class ``of``."""
    found = _named(module, name)
    if not isinstance(found, (list, tuple)):
        raise ProductError(f"{name} must be a list of {of.__name__}; got {type(found).__name__}.")
    for k, item in enumerate(found):
        if not isinstance(item, of):
            raise ProductError(
                f"{name} must be a list of {of.__name__}; item {k + 1} is of type "
                f"{type(item).__name__}."
            )
    return list(found)


def _columns(schema: ModuleType) -> tuple[Column, ...]:
    import pandera.polars as pa

    from scorecard.contract.schema import columns_of

    model = _named(schema, "Application")
    if not (isinstance(model, type) and issubclass(model, pa.DataFrameModel)):
        kind = model.__name__ if isinstance(model, type) else type(model).__name__
        raise ProductError(
            f"Application must be a class derived from pandera.polars.DataFrameModel; got {kind}."
        )
    try:
        columns = columns_of(model)
    except ScorecardError:
        raise
    except Exception as error:  # what pandera makes of a wrong annotation comes in many classes
        raise ProductError(f"Application makes no schema: {_in_words(error)}.") from error
    if not columns:
        raise ProductError("Application declares no column; write its fields with column().")
    return columns


def _policy(path: Path) -> dict[str, Any]:
    """Read ``policy.yaml`` as plain JSON values, each key given once."""
    import yaml

    class Loader(yaml.SafeLoader):
        """The safe loader, which would take the last of repeated keys without a word."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            event: Any = self.peek_event()  # type: ignore[no-untyped-call]
            if isinstance(event, yaml.AliasEvent):
                raise refusal("an alias (*name) is not allowed; write the value out", event)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            seen = set()
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                    raise refusal("a key must be a word in text", key)
                if key.value in seen:
                    raise refusal(f"the key {key.value!r} is given twice; keep one", key)
                seen.add(key.value)
            return super().construct_mapping(node, deep=deep)

    def refusal(rule: str, at: Any) -> ProductError:
        return ProductError(f"{_short(path)}: {rule} (line {at.start_mark.line + 1}).")

    try:
        text = path.read_text(encoding="utf-8")
        policy = yaml.load(text, Loader)
        with _told_of(path):
            _check_plain(policy, "")
    except FileNotFoundError:
        raise ProductError(f"{path.parent.name} has no {path.name}; write one.") from None
    except OSError as error:
        raise ProductError(f"{_short(path)} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ProductError(f"{_short(path)} is no text in UTF-8; save it as such.") from None
    except RecursionError:
        raise ProductError(f"{_short(path)} is nested too deeply; flatten it.") from None
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f" (line {error.problem_mark.line + 1})"
        raise ProductError(f"{_short(path)} is not YAML: {error.problem}{line}.") from None
    except (yaml.YAMLError, ValueError) as error:  # what no YAML may hold, a day 32, a huge number
        raise ProductError(f"{_short(path)} is not YAML: {_in_words(error)}.") from None
    if not isinstance(policy, dict):
        raise ProductError(f"{_short(path)} must be a mapping of sections.")
    return policy


def _check_plain(value: Any, where: str) -> None:
    """Refuse what YAML can hold and JSON cannot, for a bundle freezes the policy as JSON."""
    if isinstance(value, dict):
        for key, each in value.items():
            _check_plain(each, f"{where}.{key}" if where else key)
    elif isinstance(value, list):
        for k, each in enumerate(value):
            _check_plain(each, f"{where}.{k}")
    elif isinstance(value, float) and not math.isfinite(value):
        raise ProductError(f"{where} must be a finite number; got {value}.")
    elif not (value is None or isinstance(value, (str, int, float))):
        raise ProductError(
            f"{where} must be text, a number, true or false; got a {type(value).__name__}. Put it "
            "in quotation marks."
        )
