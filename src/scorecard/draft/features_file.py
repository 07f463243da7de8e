"""The drafted ``features.py``: one feature and one reason for each scoring column."""

from __future__ import annotations

from collections.abc import Sequence

from scorecard.draft.columns import Drafted
from scorecard.draft.source import Bracketed, call, comment, lines, module
from scorecard.draft.spelling import python_text


def features_source(columns: Sequence[Drafted]) -> str:
    """Return the text of ``features.py``."""
    out = [
        '"""What the models are told, drafted by `scorecard init`: one feature for each column.',
        "",
        "Every feature is a SQL expression over the scoring columns, in DuckDB's dialect. Review",
        "the trends: `auto` lets the data choose; say `ascending` where risk must rise with the",
        "value, `descending` where it must fall. Ratios such as `debt / income` often tell more",
        "than amounts. Reasons are given to applicants: write what each one means.",
        '"""',
        "",
        "from scorecard.features import Feature, ReasonText",
        "",
        "FEATURES: list[Feature] = [",
    ]
    scoring = [each for each in columns if each.feature is not None]
    for each in scoring:
        feature = each.feature
        assert feature is not None
        if each.guess.warned:
            out += comment(f"review: {each.guess.why}", 1)
        values = [feature.name, feature.sql, feature.trend, feature.reason, feature.zh, feature.en]
        items: list[str | Bracketed] = list(map(python_text, values))
        if feature.unit is not None:
            items.append(python_text(feature.unit))
        out += lines(call("Feature", *items), 1, ",")
    out += [
        "]",
        "",
        "# review: texts are drafted from the columns' names.",
        "REASONS: list[ReasonText] = [",
    ]
    for each in scoring:
        reason = each.reason
        assert reason is not None
        texts = (reason.code, reason.zh, reason.en)
        out += lines(call("ReasonText", *map(python_text, texts)), 1, ",")
    return module([*out, "]"])
