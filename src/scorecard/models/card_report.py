"""The card on paper: one table, and the document that shows it in notebooks and in print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from scorecard.binning.feature_bins import FeatureBins
from scorecard.binning.labels import printed_labels, remarks, short_labels
from scorecard.binning.table import counted, named
from scorecard.errors import InputError
from scorecard.models.card_text import card_text

if TYPE_CHECKING:
    from scorecard.models.rounding import Rounding
    from scorecard.models.scorecard import Scorecard

# The doubled class outweighs the style that notebooks give to every table and list.
_STYLE = """<style>
.sc-card{font:13px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:#1c2733;
background:#fff;padding:.5em;max-width:70em}
.sc-card.sc-card dl{display:flex;flex-wrap:wrap;gap:.2em 2em;margin:.3em 0 .8em}
.sc-card.sc-card dt{float:none;width:auto;padding:0;color:#5c6873;font-weight:400;margin:0}
.sc-card.sc-card dd{float:none;width:auto;padding:0;margin:0;font-weight:600}
.sc-card.sc-card table{border-collapse:collapse;table-layout:auto;width:100%;color:inherit}
.sc-card.sc-card thead{display:table-header-group}
.sc-card.sc-card th{font-weight:500;color:#5c6873;border-bottom:1px solid #c9cfd4;
vertical-align:bottom}
.sc-card.sc-card th,.sc-card.sc-card td{padding:.15em .6em;text-align:right;background:none}
.sc-card.sc-card tbody{border-bottom:1px solid #c9cfd4;break-inside:avoid;page-break-inside:avoid}
.sc-card.sc-card tbody th{text-align:left;vertical-align:top;font-weight:600;color:inherit;
min-width:9em;max-width:16em;overflow-wrap:break-word}
.sc-card.sc-card tbody th small{display:block;font-weight:400;color:#5c6873}
.sc-card.sc-card thead th{white-space:nowrap}
.sc-card.sc-card thead th:nth-child(-n+2),.sc-card.sc-card .bin{text-align:left}
.sc-card.sc-card .bin{min-width:11em;overflow-wrap:break-word}
.sc-card.sc-card .bin small{color:#5c6873}
.sc-card.sc-card .points{font-weight:600}
.sc-card.sc-card .cross{margin-top:1.2em;width:auto}
.sc-card.sc-card .wide{overflow-x:auto}
.sc-card.sc-card .cross tbody th{white-space:nowrap;max-width:none}
.sc-card.sc-card .cross td{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.sc-card.sc-card caption{text-align:left;font-weight:600}
.sc-card.sc-card .none{color:#5c6873}
.sc-card.sc-card .bar{position:relative;width:8em;min-width:8em}
.sc-card.sc-card .bar i{position:absolute;top:calc(50% - .55em);height:1.1em;
print-color-adjust:exact;
-webkit-print-color-adjust:exact}
@media print{.sc-card{font-size:9pt;padding:0;max-width:none}
.sc-card.sc-card .bar{width:5em;min-width:5em}
.sc-card.sc-card .bin[title]{font-size:0}
.sc-card.sc-card .bin[title]::after{content:attr(title);font-size:9pt}}
</style>"""
_SAFER, _RISKIER = "#3f8f7b", "#c2603f"
_HEADS = (
    ("特征", "feature"), ("分箱", "bin"), ("数量", "count"), ("占比", "share"), ("坏", "bads"),
    ("好", "goods"), ("坏账率", "bad rate"), ("证据权重", "WOE"), ("", ""), ("信息值", "IV"),
    ("分值", "points"),
)  # fmt: skip
Side = tuple[str, tuple[str, ...]]
_full = attrgetter("labels")
_LABELS = {"missing": "缺失 missing", "unseen": "未见 unseen"}


def card_table(card: Scorecard, labels: Mapping[str, str]) -> pl.DataFrame:
    """Return the card as a frame; see `Scorecard.table`."""
    frames = []
    for bins, points, beta in zip(card.bins, card.bin_points, card.betas, strict=True):
        frame = bins.table().head(-1)  # the last row is the total
        rated = frame.select(
            "bin", "count", "share", "bads", "goods", "bad_rate", "woe", "iv"
        ).with_columns(
            pl.lit(bins.name).alias("feature"),
            pl.lit(labels.get(bins.name, bins.name)).alias("label"),
            pl.lit(beta if card.ordered else None, dtype=pl.Float64).alias("coefficient"),
            pl.Series("points", points[: frame.height], dtype=pl.Float64),
        )
        frames.append(rated.select("feature", "label", pl.exclude("feature", "label")))
    schema = frames[0].schema
    for cross, ((one, rows), (other, columns)) in zip(
        card.crosses, _sides(card, _full), strict=True
    ):
        pairs = [
            {
                "feature": cross.name,
                "label": f"{labels.get(one, one)} × {labels.get(other, other)}",
                "bin": f"{row} × {column}",
                "points": cross.points[i][j],
            }
            for i, row in enumerate(rows)
            for j, column in enumerate(columns)
        ]
        frames.append(pl.DataFrame([{**dict.fromkeys(schema), **p} for p in pairs], schema=schema))
    return pl.concat(frames)


def _sides(
    card: Scorecard, labels: Callable[[FeatureBins], tuple[str, ...]]
) -> list[tuple[Side, Side]]:
    """Return, by cross, the name and the bins' names of either feature."""
    bins = {b.name: b for b in card.bins}

    def side(name: str) -> Side:
        held = bins[name]
        return name, labels(held)[: len(held.woe) - (held.kind == "number")]

    return [(side(cross.a), side(cross.b)) for cross in card.crosses]


@dataclass(frozen=True)
class CardReport:
    """A card with what explains it, as one self-contained piece of HTML.

    ``labels`` says what features are called, ``rounding`` what rounding cost, ``bad`` which class
    is bad where the outcome was text. The headings are
    Chinese and English; every text that comes from data is escaped; no script, nothing is loaded.
    Points are shown in full where three decimals hold them, else to two decimals. Long lists of
    levels are cut on screen; the whole of them shows on hover, stands in `table`, and comes out on
    paper. As a string the card is aligned text.
    """

    card: Scorecard
    labels: dict[str, str] = field(default_factory=dict)
    rounding: Rounding | None = None
    bad: str | None = None

    @property
    def table(self) -> pl.DataFrame:
        """The card as a frame; see `Scorecard.table`."""
        return card_table(self.card, self.labels)

    @property
    def html(self) -> str:
        """The report as a fragment with its own style."""
        decimals = _decimals(self.card)
        widest = max(abs(woe) for bins in self.card.bins for woe in bins.woe)
        facts = "".join(
            f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
            for name, value in self._facts(decimals)
        )
        head = "".join(f"<th scope='col'>{zh}{'<br>' if zh else ''}{en}</th>" for zh, en in _HEADS)
        body = "".join(
            _feature(group, bins, widest, decimals)
            for group, bins in zip(self._groups(), self.card.bins, strict=True)
        )
        return (
            f"{_STYLE}<div class='sc-card'><dl>{facts}</dl><table><thead><tr>{head}</tr></thead>"
            f"{body}</table>{self._grids(decimals)}</div>"
        )

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        decimals = _decimals(self.card)
        groups = list(zip(self._groups(), map(printed_labels, self.card.bins), strict=True))
        return card_text(self.card, groups, self._facts(decimals), decimals)

    def __repr__(self) -> str:
        return f"CardReport({self.card!r})"

    def to_html(self, path: str | Path) -> Path:
        """Write the report as a page of its own and return its path."""
        path = Path(path)
        path.write_text(
            "<!doctype html><html lang='zh'><head><meta charset='utf-8'>"
            f"<title>评分卡 scorecard</title></head><body>{self.html}</body></html>",
            encoding="utf-8",
        )
        return path

    def _groups(self) -> list[pl.DataFrame]:
        """Return the rows of every feature."""
        own = self.table.head(sum(len(b.woe) - (b.kind == "number") for b in self.card.bins))
        return own.partition_by("feature", maintain_order=True)

    def _grids(self, decimals: int) -> str:
        """Return a small table for every cross."""
        said, crosses = self.labels, self.card.crosses
        widest = max((abs(p) for c in crosses for row in c.points for p in row), default=0.0)
        return "".join(
            _grid(
                [said.get(side[0], side[0]) for side in sides],
                sides,
                cross.points,
                widest,
                decimals,
            )
            for cross, sides in zip(crosses, _sides(self.card, short_labels), strict=True)
        )

    def _facts(self, decimals: int) -> list[tuple[str, str]]:
        card = self.card
        facts = [
            ("基础分 base", f"{card.base:.{decimals}f}"),
            ("分数范围 scores from … to …", _ends(card, decimals)),
            (
                "坏账对数几率 log-odds of bad",
                f"({card.offset:.4f} − 总分 score) / {card.factor:.4f}",
            ),
        ]
        if self.bad is not None:
            facts.append(("坏类 bad class", self.bad))
        if (rounding := self.rounding) is not None:
            facts += [
                (
                    "取整前后 AUC, exact → rounded (nearest)",
                    f"{rounding.auc_exact:.5f} → {rounding.auc:.5f} ({rounding.auc_nearest:.5f})",
                ),
                (
                    "取整最大误差 largest error of rounding",
                    f"{rounding.largest_error:.2f} (≤ {rounding.bound:.2f})",
                ),
            ]
        return facts


def _decimals(card: Scorecard) -> int:
    numbers = [card.base, *(point for table in card.bin_points for point in table)]
    numbers += [point for cross in card.crosses for row in cross.points for point in row]
    for decimals in range(4):
        if all(round(number, decimals) == number for number in numbers):
            return decimals
    return 2


def _feature(group: pl.DataFrame, bins: FeatureBins, widest: float, decimals: int) -> str:
    rows = group.rows(named=True)
    first = rows[0]
    facts = [f"IV {group['iv'].sum():.3f}"]
    if first["coefficient"] is not None:
        facts.insert(0, f"β {first['coefficient']:.3f}")
    if first["label"] != first["feature"]:
        facts.insert(0, first["feature"])
    small = "".join(f"<small>{escape(each)}</small>" for each in facts)
    name = f"<th scope='rowgroup' rowspan='{len(rows)}'>{escape(first['label'])}{small}</th>"
    short, said = list(short_labels(bins)), remarks(bins)
    for k, row in list(enumerate(rows))[-2:]:  # before them a text level may be called missing
        if row["bin"] in _LABELS:
            row["bin"] = short[k] = _LABELS[row["bin"]]
    body = "".join(
        f"<tr>{name if k == 0 else ''}{_cells(row, short[k], said.get(k), widest, decimals)}</tr>"
        for k, row in enumerate(rows)
    )
    return f"<tbody>{body}</tbody>"


def _grid(
    titles: Sequence[str],
    sides: tuple[Side, Side],
    points: Sequence[Sequence[float]],
    widest: float,
    decimals: int,
) -> str:
    """Return one cross: the first feature's bins down, the second's across.

    Cells are tinted by their points, the more the farther from 0, as against ``widest``.
    """

    def bins(labels: Sequence[str]) -> list[str]:
        # Before the last two a text level may well be called missing.
        return [
            escape(_LABELS.get(each, each) if k >= len(labels) - 2 else each)
            for k, each in enumerate(labels)
        ]

    (_, rows), (_, columns) = sides
    head = "".join(f"<th scope='col'>{each}</th>" for each in bins(columns))
    body = "".join(
        f"<tr><th scope='row'>{label}</th>"
        + "".join(
            f"<td{_tint(each, widest)}>{each:+.{decimals}f}</td>" for each in own[: len(columns)]
        )
        + "</tr>"
        for label, own in zip(bins(rows), points, strict=False)
    )
    title = escape(" × ".join(titles))
    return (
        f"<div class='wide'><table class='cross'><caption>{title} · 交叉分值 points beside the "
        f"features' own, half to each</caption><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(
    row: dict[str, Any], short: str, remark: tuple[str, str] | None, widest: float, decimals: int
) -> str:
    rate = (
        "<td class='none'>–</td>" if row["bad_rate"] is None else f"<td>{row['bad_rate']:.2%}</td>"
    )
    woe = row["woe"]
    return (
        f"{named(short, row['bin'], remark)}"
        f"<td>{row['count']:,}</td><td>{row['share']:.1%}</td>"
        f"<td>{counted(row['bads'])}</td><td>{counted(row['goods'])}</td>{rate}"
        f"<td>{woe:{'+' if woe else ''}.3f}</td><td class='bar'>{_bar(woe, widest)}</td>"
        f"<td>{row['iv']:.4f}</td><td class='points'>{row['points']:.{decimals}f}</td>"
    )


def _ends(card: Scorecard, decimals: int) -> str:
    """Return the lowest and the highest score, or that so many crosses hide them."""
    try:
        return f"{card.min_score:.{decimals}f} … {card.max_score:.{decimals}f}"
    except InputError:
        return "交叉过多，未能确定 not found, so many crosses meet"


def _tint(points: float, widest: float) -> str:
    """Return the background of a cell: safer green, riskier orange, none where it says little."""
    strength = round(99 * abs(points) / widest) if widest else 0  # hundredths of the full colour
    if strength < 3:
        return ""
    colour = _SAFER if points > 0 else _RISKIER
    return f" style='background:{colour}{round(strength * 1.4):02x}'"


def _bar(woe: float, widest: float) -> str:
    """Draw WOE from the middle: safer to the right, riskier to the left."""
    if woe == 0:
        return ""
    width = 50 * abs(woe) / widest
    left, colour = (50.0, _SAFER) if woe > 0 else (50 - width, _RISKIER)
    return f"<i style='left:{left:.1f}%;width:{width:.1f}%;background:{colour}'></i>"
