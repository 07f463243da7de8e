"""Processor and memory while a run goes on."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from mlflow.system_metrics import system_metrics_monitor
from mlflow.system_metrics.metrics.disk_monitor import DiskMonitor
from mlflow.system_metrics.metrics.network_monitor import NetworkMonitor

#: Seconds between two measurements; MLflow's own 10 would see nothing of a short training.
EVERY = 1.0

_SWITCH = "MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING"


@contextmanager
def watched(run_id: str, uri: str) -> Iterator[None]:
    """Log the machine's processor and memory (and graphics card, if any) to a run as it goes on.

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
    monitor.monitors = [
        each for each in monitor.monitors if not isinstance(each, (DiskMonitor, NetworkMonitor))
    ]
    psutil.cpu_percent()  # counts from here: the first number would be 0
    monitor.start()
    try:
        yield
    finally:
        monitor.finish()
        logger.setLevel(level)
