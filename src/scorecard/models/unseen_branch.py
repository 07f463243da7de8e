"""Where a level that training never saw goes at every split of a booster."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def to_heavier_side(booster: Any, codes: Mapping[int, int]) -> Any:
    """Return a booster that sends a reserved code to the side with more of training's weight.

    ``codes`` gives, by column, a code that no training row had. xgboost sends such a code to the
    side that a split's set does not list. Where sets are partitions of many levels that is the
    riskier side at split after split, and the sum is riskier than any level's (measured: 6 to 30
    levels, 9 of 9 simulated samples). Listing the code wherever the listed side is the heavier one
    (by sum of hessians; a tie stays unlisted) makes it follow the majority of the rows that came
    to the split, so it ends near the weighted mean of the levels. Every level of training keeps
    its path, every leaf its value.
    """
    if not codes:
        return booster
    model = json.loads(bytes(booster.save_raw("json")))
    for tree in model["learner"]["gradient_booster"]["model"]["trees"]:
        _list(tree, codes)
    changed = booster.copy()  # keeps the class and the configuration
    changed.load_model(bytearray(json.dumps(model).encode()))
    return changed


def _list(tree: dict[str, Any], codes: Mapping[int, int]) -> None:
    cover, left, right = tree["sum_hessian"], tree["left_children"], tree["right_children"]
    sets: list[list[int]] = []
    for node, start, size in zip(
        tree["categories_nodes"],
        tree["categories_segments"],
        tree["categories_sizes"],
        strict=True,
    ):
        listed = tree["categories"][start : start + size]  # the listed codes go right
        code = codes.get(tree["split_indices"][node])
        if code is not None and cover[right[node]] > cover[left[node]]:
            listed = [*listed, code]
        sets.append(listed)
    tree["categories"] = [code for listed in sets for code in listed]
    tree["categories_sizes"] = [len(listed) for listed in sets]
    ends = [0]
    for listed in sets:
        ends.append(ends[-1] + len(listed))
    tree["categories_segments"] = ends[:-1]
