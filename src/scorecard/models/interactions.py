"""Which features may meet in a tree, and which of a fitted model did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from scorecard.binning.columns import ColumnError
from scorecard.models.boosted import BoostedModel

#: None: free; k: at most k features on a path; groups of names that may meet.
Interactions: TypeAlias = int | Sequence[Sequence[str]] | None


def check_interactions(interactions: Interactions) -> None:
    """Raise `InputError` unless ``interactions`` is None, an integer ≥ 1 or groups of names."""
    if interactions is None:
        return
    if isinstance(interactions, int) and not isinstance(interactions, bool):
        if interactions >= 1:
            return
    elif isinstance(interactions, Sequence) and not isinstance(interactions, str):
        names = [group for group in interactions if _is_group(group)]
        if len(names) == len(interactions):
            return
    raise ColumnError(
        "interactions must be None (free), an integer of at least 1 (so many features meet on a "
        "path at most) or groups of feature names that may meet, e.g. [('age', 'sector')]; "
        f"got {interactions!r}."
    )


def depth_limit(interactions: Interactions, max_depth: int) -> int:
    """Return the depth that keeps at most so many features on a path."""
    return min(max_depth, interactions) if isinstance(interactions, int) else max_depth


def constraint(interactions: Interactions, names: Sequence[str]) -> str | None:
    """Return xgboost's ``interaction_constraints`` for columns ``names``, None where free.

    Groups may overlap; a feature in no group stays alone. Raises `InputError` for names that are
    no columns.
    """
    if interactions is None or isinstance(interactions, int):
        return None
    place = {name: j for j, name in enumerate(names)}
    unknown = sorted({name for group in interactions for name in group} - set(place))
    if unknown:
        raise ColumnError(f"interactions must name columns of X; got {', '.join(unknown)}.")
    groups = [sorted({place[name] for name in group}) for group in interactions]
    grouped = {j for group in groups for j in group}
    # Said one by one: to xgboost, no constraint at all would leave every feature free.
    return json.dumps(groups + [[j] for j in range(len(names)) if j not in grouped])


def meetings(model: BoostedModel) -> tuple[frozenset[str], ...]:
    """Return the sets of features that meet on a root-leaf path of ``model``, largest first.

    Sets inside another are left out: what remains is all that a reviewer must draw. Two features
    that never meet add up: the effect of one on the margin does not depend on the other.
    """
    trees = json.loads(bytes(model.booster.save_raw("json")))["learner"]["gradient_booster"]
    found = {path for tree in trees["model"]["trees"] for path in _paths(tree)}
    widest = sorted(found, key=lambda path: (-len(path), sorted(path)))
    kept: list[frozenset[int]] = []
    for path in widest:
        if path and not any(path <= other for other in kept):
            kept.append(path)
    return tuple(frozenset(model.names[j] for j in path) for path in kept)


def _is_group(group: Any) -> bool:
    return (
        isinstance(group, Sequence)
        and not isinstance(group, str)
        and len(group) > 0
        and all(isinstance(name, str) for name in group)
    )


def _paths(tree: dict[str, Any]) -> set[frozenset[int]]:
    left, right, feature = tree["left_children"], tree["right_children"], tree["split_indices"]
    found: set[frozenset[int]] = set()
    todo: list[tuple[int, frozenset[int]]] = [(0, frozenset())]
    while todo:
        node, path = todo.pop()
        if left[node] < 0:
            found.add(path)
            continue
        longer = path | {feature[node]}
        todo += [(left[node], longer), (right[node], longer)]
    return found
