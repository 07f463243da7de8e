"""Which of the two exact ways explains a boosted model, and what to say of the slow one."""

from __future__ import annotations

from scorecard.explain.decisions import Floats
from scorecard.explain.direct import DirectInterventional
from scorecard.explain.forest import Forest
from scorecard.explain.interventional import Interventional
from scorecard.explain.tables import MAX_DEPTH, InterventionalTables
from scorecard.models.boosted import BoostedModel


def interventional(model: BoostedModel, background: Floats) -> Interventional:
    """Return exact interventional Shapley values: by tables, or directly where trees are too deep.

    ``background`` is encoded by the model, shape (m, features). ``how`` of what comes back tells
    which; the values agree to rounding. Raises `ExplanationError` as `Interventional` does, and
    `DeepTreeError` where a path asks for more than 64 features.
    """
    forest = Forest.read(model.booster)
    kind = InterventionalTables if forest.depth <= MAX_DEPTH else DirectInterventional
    return kind(model, background, forest=forest)


def depth_note(model: BoostedModel) -> str | None:
    """Return what a reader must know of a model that tables cannot explain, or None."""
    depth = Forest.read(model.booster).depth
    if depth <= MAX_DEPTH:
        return None
    return (
        f"SLOW EXPLANATIONS: the boosted model's longest path has {depth} decisions and tables "
        f"serve at most {MAX_DEPTH}, so its contributions are computed directly: the same exact "
        "values, some twenty times slower for each rating. Train with max_depth at most "
        f"{MAX_DEPTH}."
    )
