"""A booster's trees, read from xgboost's own format."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scorecard.errors import ExplanationError
from scorecard.explain.decisions import Decisions
from scorecard.explain.tree import Tree


@dataclass(frozen=True, slots=True)
class Forest:
    """The trees of a booster, the distinct decisions of their nodes, and the longest path."""

    trees: tuple[Tree, ...]
    decisions: Decisions
    depth: int

    @classmethod
    def read(cls, booster: Any) -> Forest:
        """Read a booster; raises `ExplanationError` where it is not one of plain trees."""
        model = json.loads(bytes(booster.save_raw("json")))["learner"]["gradient_booster"]
        if model.get("name") != "gbtree":
            raise ExplanationError(
                f"Only boosters of kind gbtree can be explained; got {model.get('name')}. "
                "Train again with BoostedClassifier."
            )
        raw = model["model"]["trees"]
        decisions, numbers = Decisions.of(raw)
        trees = tuple(
            Tree(
                tree["left_children"],
                tree["right_children"],
                tree["split_indices"],
                tree["split_conditions"],
                number,
            )
            for tree, number in zip(raw, numbers, strict=True)
        )
        return cls(trees, decisions, max((tree.depth() for tree in trees), default=0))
