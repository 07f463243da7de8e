"""What a training run leaves behind."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from scorecard.rating import Bundle, Rater
from scorecard.sample import Sample
from scorecard.training.explained import Explained
from scorecard.training.fit import Fitted
from scorecard.training.search import SearchOutcome


@dataclass(frozen=True)
class TrainingResult:
    """The models, their tables and their bundle; in a notebook it renders as tables.

    ``table`` has a row per model and window; ``power`` a row per feature (IV, AUC alone);
    ``grades`` a row per model, window and grade (see `grade_table`); ``cycle`` one per model and
    cohort (`cycle_table`); ``calibrations`` one per model and method that was compared
    (`PDCalibrator.comparison_`);
    ``steps`` counts what became of the file's rows; ``notes`` are sentences to read. ``target`` is
    the column that took the place of the declared outcome. ``version`` and ``run_id`` are the
    registry's, None where nothing was logged; ``champion`` says whether that version became the
    product's champion, as a product's first one does. ``search`` is what a search of the boosted
    model's settings found; ``challengers`` are models that ``table`` compares and no bundle holds.
    """

    product: str
    answering: str
    table: pl.DataFrame
    power: pl.DataFrame
    grades: pl.DataFrame
    cycle: pl.DataFrame
    notes: tuple[str, ...]
    sample: Sample = field(repr=False)
    models: dict[str, Fitted] = field(repr=False)
    bundle: Bundle = field(repr=False)
    target: str | None = None
    version: str | None = None
    run_id: str | None = field(default=None, repr=False)
    champion: bool = False
    search: SearchOutcome | None = field(default=None, repr=False)
    challengers: dict[str, Fitted] = field(default_factory=dict, repr=False)

    @property
    def steps(self) -> pl.DataFrame:
        """Rows, bads, weight and undecided rows after each step from the file to the windows."""
        return self.sample.steps

    @property
    def calibrations(self) -> pl.DataFrame:
        """How each model's calibration was chosen: a row per model and method compared."""
        return pl.concat(
            model.methods.select(pl.lit(name).alias("model"), pl.all())
            for name, model in self.models.items()
        )

    @property
    def rater(self) -> Rater:
        """A rater of this bundle, as the service would load it."""
        return Rater(self.bundle, version=self.version)

    def explained(self, model: str | None = None) -> Explained:
        """Return what moves the ratings of a model over the training rows, with its pictures.

        ``model`` is ``"scorecard"`` or ``"boosted"``, by default the one that answers.
        """
        seed = int(self.bundle.manifest["seed"])
        return Explained.of(self.rater, self.sample.in_time, model=model, seed=seed)

    def write(self, folder: str | Path) -> Path:
        """Write the bundle's files into ``folder``."""
        return self.bundle.write(folder)

    def _repr_html_(self) -> str:
        said = "".join(f"<li>{html.escape(note)}</li>" for note in self.notes)
        if self.version is None:
            where = "not registered"
        else:
            where = f"version {self.version}, {'champion' if self.champion else 'not champion'}"
        with pl.Config(tbl_hide_dataframe_shape=True, float_precision=4, tbl_rows=40):
            return (
                f"<h4>{html.escape(self.product)}: {self.answering} answers ({where})</h4>"
                f"{self.table.select(pl.exclude('^.*_(low|high)$'))._repr_html_()}<ul>{said}</ul>"
            )
