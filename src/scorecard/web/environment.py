"""What the service's processes find in their environment."""

DEFAULT_MODEL = "models:/sme_cn@champion"
DEFAULT_WORKERS = 2
POINTER = "SCORECARD_POINTER"  # names the file that says which bundle is in office

# Nothing reports usage, nothing reads a pickle.
ENVIRONMENT = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "1",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
