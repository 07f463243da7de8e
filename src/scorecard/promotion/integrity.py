"""Whether a registered bundle is, byte for byte, the one that was registered."""

from __future__ import annotations

from scorecard.errors import BundleError, InputError
from scorecard.promotion.gate import Gate
from scorecard.rating import Bundle, Rater
from scorecard.tracking.registry import Registry, Version
from scorecard.validation.words import Words

_TITLE = Words("完整性", "Integrity")
_RULE = Words(
    "每个文件的哈希与登记时一致，强制也不能越过",
    "the hash of every file as registered; cannot be forced",
)


def integrity(registry: Registry, version: Version) -> tuple[Gate, Rater | None, Bundle | None]:
    """Return the gate, and the rater and bundle of a version, None where it is not whole."""
    try:
        place = registry.resolve(version.uri)
        bundle = Bundle.read(place.folder, sha256=place.sha256)
        if bundle.manifest["product"] != version.name:
            raise BundleError(
                f"The bundle is of {bundle.manifest['product']}, not of {version.name}."
            )
        rater = Rater(bundle, version=version.number)
    except (BundleError, InputError) as error:
        said = Words(f"不完整：{error}", str(error))
        return (
            Gate("integrity", _TITLE, None, said, _RULE, passed=False, forcible=False),
            None,
            None,
        )
    said = Words(f"清单哈希 {bundle.sha256[:12]}", f"manifest {bundle.sha256[:12]}")
    return Gate("integrity", _TITLE, None, said, _RULE, passed=True, forcible=False), rater, bundle
