"""Following the alias: a worker's thread that puts the bundle of the pointer file into office."""

from __future__ import annotations

import logging
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from scorecard.errors import BundleError, ScorecardError
from scorecard.rating import Bundle, Rater
from scorecard.tracking import Resolved, pointer
from scorecard.web.watcher import Watcher

if TYPE_CHECKING:
    from prometheus_client import Counter

    from scorecard.web.office import Incumbent, Office

EVERY_S = 0.2  # between two looks at the pointer
KEPT = 4  # incumbents kept, so that going back to one of them is instant
SWITCH_S = 0.0005  # between two threads of the worker while a bundle is made ready
IN_OFFICE = "in_office.json"  # beside the pointer: what was put into office last
logger = logging.getLogger("scorecard.follow")


class Follower:
    """Looks at a pointer file and puts the bundle that it names into ``office``.

    A bundle that is damaged, that does not have the hash it was registered with, or that is of
    another product, is logged and counted once, and the one in office stays until the pointer
    changes again. ``watcher`` keeps the pointer up to date. ``swaps`` and ``refused`` count what
    this worker did.
    """

    def __init__(
        self,
        office: Office,
        file: Path,
        *,
        watcher: Watcher | None = None,
        every: float = EVERY_S,
        kept: int = KEPT,
    ) -> None:
        self._office = office
        self._file = file
        self._watcher = watcher
        self._every = every
        self._kept = kept
        self._seen: tuple[int, int] | None = None
        self._known: OrderedDict[tuple[str, str | None], Incumbent] = OrderedDict()
        self._keep(office.incumbent)
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._counters: dict[str, Counter] = {}
        self.swaps = 0
        self.refused = 0

    def start(self) -> None:
        """Begin to look."""
        self._counters = counters()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no more; the watcher, if it is this worker's, ends too."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._watcher is not None:
            self._watcher.stop()

    def look(self) -> None:
        """Put the bundle that the pointer names into office, if the pointer has changed."""
        try:
            found = self._file.stat()
        except OSError:
            return
        seen = (found.st_mtime_ns, found.st_ino)
        if seen == self._seen:
            return
        self._seen = seen
        place: Resolved | None = None
        try:
            place = pointer.read(self._file)
            self._follow(place)
        except ScorecardError as error:
            self._refuse(place, str(error))
        except Exception as error:  # of a bundle that fits its hash and is fit for nothing
            self._refuse(place, f"{type(error).__name__}.")

    def _run(self) -> None:
        while not self._ended.wait(self._every):
            try:
                if self._watcher is not None:
                    self._watcher.tend()
                self.look()
            except Exception as error:  # whatever it is, ratings go on
                logger.error("Following the alias: %s.", type(error).__name__)

    def _follow(self, place: Resolved) -> None:
        office = self._office
        model = office.incumbent.rater.model
        if (model.sha256, model.version) == (place.sha256, place.version):
            return
        bundle = read(place)  # from the disk even where it is known: nobody serves what is damaged
        fresh = self._known.get((bundle.sha256, place.version))
        if fresh is None:
            with giving_way():
                fresh = office.prepare(Rater(bundle, version=place.version))
        self._keep(fresh)
        office.install(fresh)
        remember(self._file, place)
        self.swaps += 1
        self._count("swaps")
        logger.info(
            "Now serving %s version %s, bundle %s, in place of version %s, bundle %s.",
            place.name, place.version, place.sha256, model.version, model.sha256,
        )  # fmt: skip

    def _keep(self, incumbent: Incumbent) -> None:
        model = incumbent.rater.model
        self._known[model.sha256, model.version] = incumbent
        self._known.move_to_end((model.sha256, model.version))
        while len(self._known) > self._kept:
            self._known.popitem(last=False)

    def _refuse(self, place: Resolved | None, why: str) -> None:
        self.refused += 1
        self._count("refused")
        model = self._office.incumbent.rater.model
        what = "the pointer" if place is None else f"{place.name} version {place.version}"
        registered = None if place is None else place.sha256
        logger.error(
            "Not serving %s, registered as bundle %s: %s Still serving version %s, bundle %s.",
            what, registered, why, model.version, model.sha256,
        )  # fmt: skip

    def _count(self, what: str) -> None:
        if what in self._counters:
            self._counters[what].inc()


@contextmanager
def giving_way() -> Iterator[None]:
    """Let this thread be interrupted soon while it works: requests are answered beside it.

    A request gives up the interpreter's lock several times, and would wait 5 ms for it each time.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def read(place: Resolved) -> Bundle:
    """Return the bundle at a place; `BundleError` unless it is the one that was registered."""
    if place.sha256 is None:
        raise BundleError("The pointer does not say which hash the bundle must have.")
    bundle = Bundle.read(place.folder, sha256=place.sha256)
    if bundle.manifest["product"] != place.name:
        raise BundleError(f"The bundle is of {bundle.manifest['product']}, not of {place.name}.")
    return bundle


def remember(file: Path, place: Resolved) -> None:
    """Note beside the pointer what was put into office, for a worker that starts later."""
    with suppress(OSError):
        pointer.write(file.with_name(IN_OFFICE), place)


def in_office(file: Path) -> Rater:
    """Return the rater of the bundle that the pointer names, for a worker that starts.

    Where that one is damaged, it is what was put into office last. Raises `ScorecardError` where
    neither can be served.
    """
    place = pointer.read(file)
    try:
        return Rater(read(place), version=place.version)
    except ScorecardError as error:
        try:
            last = pointer.read(file.with_name(IN_OFFICE))
        except ScorecardError:
            raise error from None
        if last == place:
            raise
        rater = Rater(read(last), version=last.version)
        logger.error("Not serving %s version %s: %s", place.name, place.version, error)
        return rater


def counters() -> dict[str, Counter]:
    """Return the counters for ``/metrics``, made once a process."""
    if not _COUNTERS:
        from prometheus_client import Counter

        _COUNTERS["swaps"] = Counter(
            "scorecard_bundle_swaps", "Bundles put into office while serving, by worker"
        )
        _COUNTERS["refused"] = Counter(
            "scorecard_bundle_refused", "Bundles that the alias named and that were not served"
        )
    return _COUNTERS


_COUNTERS: dict[str, Counter] = {}
