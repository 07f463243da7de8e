"""Processor and memory while a run goes on."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow.system_metrics import system_metrics_monitor

#: Seconds between two measurements; MLflow's own 10 would see nothing of a short training.
EVERY = 1.0

_SWITCH = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"


@contextmanager
def watched(run_id: str, uri: str) -> Iterator[None]:
    """Log the machine's processor, memory, disk and network to a run as it goes on.

    Of this run alone: no other run is measured, and no setting of MLflow is changed.
    ``MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING=false`` switches it off, and
    ``MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL`` sets other seconds.
    """
    if os.environ.get(_SWITCH, "true").lower() in ("false", "0"):
        yield
        return
    logger = logging.getLogger(system_metrics_monitor.__name__)
    level = logger.level
    logger.setLevel(max(level, logging.WARNING))  # it tells of every start and stop
    monitor = system_metrics_monitor.SystemMetricsMonitor(
        run_id, sampling_interval=EVERY, tracking_uri=uri
    )
    monitor.start()
    try:
        yield
    finally:
        monitor.finish()
        logger.setLevel(level)
