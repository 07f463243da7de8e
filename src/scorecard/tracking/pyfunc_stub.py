"""What MLflow loads in place of a pickle: code that reads the bundle logged beside it."""

import mlflow
import pandas as pd
import polars as pl

import scorecard


class BundleModel(mlflow.pyfunc.PythonModel):
    """Rates a table of applications with the bundle among the model's artifacts."""

    def load_context(self, context):  # type: ignore[no-untyped-def]
        """Load the bundle."""
        self.rater = scorecard.Rater.load(context.artifacts["bundle"])

    def predict(self, context, model_input: pd.DataFrame, params=None):  # type: ignore[no-untyped-def]
        """Return one row a row: PD, score, grade, and what is wrong where nothing was rated."""
        frame = pl.from_pandas(model_input)
        # pandas holds whole numbers with gaps as floats; only what is whole in truth goes back.
        whole = [
            column.name
            for column in self.rater.product.columns
            if column.kind == "int"
            and frame.schema.get(column.name) == pl.Float64
            and frame.select((pl.col(column.name) == pl.col(column.name).floor()).all()).item()
        ]
        rated = self.rater.rate(frame.with_columns(pl.col(whole).cast(pl.Int64)))
        return rated.select("pd", "score", "grade", "answered_by", "problems").to_pandas()


mlflow.models.set_model(BundleModel())
