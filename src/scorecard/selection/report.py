"""A selection for people: one row a feature, and every decision behind it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import polars as pl

from scorecard.metrics.suspicion import SUSPICIOUS_AUC, SUSPICIOUS_IV
from scorecard.selection.wording import SUSPICIOUS, shown

# `.sel.sel` outweighs the style that notebooks give to every table: equal columns, to the right.
_STYLE = """
.sel{font:13px/1.45 system-ui,"Noto Sans CJK SC",sans-serif;color:#1c2733;max-width:72em}
.sel.sel table{border-collapse:collapse;table-layout:auto;width:100%;margin:.3em 0}
.sel.sel th,.sel.sel td{text-align:left;padding:.22em .6em;border-bottom:1px solid #e3e7ea;
vertical-align:top;background:none}
.sel th{font-weight:600;border-bottom:1px solid #5c6873}
.sel.sel td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.sel .in{color:#2f7d4f}.sel .out{color:#a33122}.sel .kept{color:#8a6d1a}
.sel .bar{display:inline-block;height:.65em;background:#7f9db3;margin-left:.5em}
.sel small{color:#5c6873}.sel summary{cursor:pointer;margin-top:.6em}
"""
_VERDICT = {"in": "入选 in", "out": "剔除 out", "kept": "指定保留 kept"}


@dataclass(frozen=True)
class SelectionReport:
    """What a selection kept, and why.

    ``table`` has one row a feature: its information value and its last decision; those in come
    first, each group by falling information value. ``log`` has one row a decision, in order.
    ``bad`` names the bad class where the outcome was text. Printed it is the table as text, in a
    notebook as HTML without anything from outside.
    """

    table: pl.DataFrame
    log: pl.DataFrame
    bad: str | None = None

    @classmethod
    def build(
        cls,
        iv: dict[str, float],
        log: pl.DataFrame,
        *,
        auc: dict[str, float],
        bad: str | None = None,
    ) -> SelectionReport:
        """Make the report of a log and every feature's information value and own AUC.

        A feature too strong to be known at application has that said in its reason.
        """
        last = {row["feature"]: row for row in log.iter_rows(named=True)}
        names = sorted(iv, key=lambda name: (last[name]["decision"] == "out", -iv[name], name))
        rows = [{"feature": name, "iv": iv[name], **last[name]} for name in names]
        for row in rows:
            name = row["feature"]
            if iv[name] > SUSPICIOUS_IV or auc[name] > SUSPICIOUS_AUC:
                for key, text in zip(("reason_zh", "reason_en"), SUSPICIOUS, strict=True):
                    row[key] += text.format(iv=shown(iv[name]), auc=shown(auc[name]))
        columns = (
            "feature", "decision", "iv", "step", "statistic", "value", "threshold", "against",
            "reason_zh", "reason_en",
        )  # fmt: skip
        types = dict.fromkeys(columns, pl.String) | dict.fromkeys(
            ("iv", "value", "threshold"), pl.Float64
        )
        return cls(pl.DataFrame(rows, schema=types), log, bad)

    @property
    def selected(self) -> tuple[str, ...]:
        """The features that stay, by falling information value."""
        return tuple(self.table.filter(pl.col("decision") != "out")["feature"])

    def __str__(self) -> str:
        lines = [self._headline()[1]]
        wide = max(map(len, self.table["feature"]))
        for row in self.table.iter_rows(named=True):
            lines.append(
                f"{row['decision']:<4} {row['feature']:<{wide}}  iv {shown(row['iv']):<6} "
                f"{row['step']}: {row['reason_en']}"
            )
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        zh, en = map(escape, self._headline())
        top = max(*self.table["iv"], 1e-12)
        body = "".join(
            f"<tr><td>{escape(row['feature'])}</td>"
            f'<td class="{row["decision"]}">{_VERDICT[row["decision"]]}</td>'
            f'<td class="n">{shown(row["iv"])}</td>'
            f'<td><span class="bar" style="width:{6 * row["iv"] / top:.2f}em"></span></td>'
            f"<td>{row['step']}</td>{_said(row)}</tr>"
            for row in self.table.iter_rows(named=True)
        )
        steps = "".join(
            f'<tr><td class="n">{place}</td><td>{row["step"]}</td>'
            f"<td>{escape(row['feature'])}</td>"
            f'<td class="{row["decision"]}">{_VERDICT[row["decision"]]}</td>{_said(row)}</tr>'
            for place, row in enumerate(self.log.iter_rows(named=True), start=1)
        )
        return (
            f'<div class="sel"><style>{_STYLE}</style><p>{zh}<br><small>{en}</small></p>'
            "<table><thead><tr><th>特征 feature</th><th>结论 decision</th><th>IV</th><th></th>"
            f"<th>步骤 step</th><th>理由 reason</th></tr></thead><tbody>{body}</tbody></table>"
            f"<details><summary>全部 {self.log.height} 条记录 every decision</summary>"
            "<table><thead><tr><th></th><th>步骤 step</th><th>特征 feature</th>"
            f"<th>结论 decision</th><th>理由 reason</th></tr></thead><tbody>{steps}</tbody></table>"
            "</details></div>"
        )

    def _headline(self) -> tuple[str, str]:
        kept, all_ = len(self.selected), self.table.height
        zh, en = f"{all_} 个特征中入选 {kept} 个", f"{kept} of {all_} features stay"
        if self.bad is None:
            return zh, en
        return f"{zh}；坏类为 {self.bad}", f"{en}; {self.bad} is bad"


def _said(row: dict[str, str]) -> str:
    return f"<td>{escape(row['reason_zh'])}<br><small>{escape(row['reason_en'])}</small></td>"
