"""What MLflow loads in place of a pickle: code that reads the bundle logged beside it."""

import os

import mlflow
import pandas as pd

import scorecard
from scorecard.contract import as_frame


class BundleModel(mlflow.pyfunc.PythonModel):
    """Rates a table of applications with the bundle among the model's artifacts."""

    def load_context(self, context):  # type: ignore[no-untyped-def]
        """Load the bundle."""
        # MLflow's message for a table that does not fit the signature holds its rows, unless told
        # otherwise; it is made before `predict` is called.
        os.environ.setdefault("MLFLOW_DISABLE_SCHEMA_DETAILS", "true")
        self.rater = scorecard.Rater.load(context.artifacts["bundle"])

    def predict(self, context, model_input: pd.DataFrame, params=None):  # type: ignore[no-untyped-def]
        """Return one row a row: PD, score, grade, and what is wrong where nothing was rated."""
        rated = self.rater.rate(as_frame(model_input, self.rater.product.columns))
        return rated.select("pd", "score", "grade", "answered_by", "problems").to_pandas()


mlflow.models.set_model(BundleModel())
