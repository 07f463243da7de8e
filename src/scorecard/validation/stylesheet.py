"""How the page looks, on a screen, on a phone and in print."""

STYLE = """
:root { --ink: #1c2733; --soft: #5c6873; --line: #d9dedb; --paper: #fff; --wash: #f1f3ef;
  --red: #b3261e; --amber: #b86e00; --green: #2e7d4f; --grey: #7b8794; --blue: #0b5a7a; }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 "Helvetica Neue", Arial, "Noto Sans CJK SC", "Noto Sans SC", "PingFang SC",
    "Microsoft YaHei", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1.2rem 1.4rem 4rem; }
#show-en:checked ~ main [lang=zh-CN], #show-zh:checked ~ main [lang=en] { display: none; }
.radio { position: absolute; opacity: 0; pointer-events: none; }
.switch { display: flex; justify-content: flex-end; gap: .3rem; font-size: .85rem; }
.switch label { padding: .15rem .7rem; border: 1px solid var(--line); border-radius: 1rem;
  cursor: pointer; color: var(--soft); }
#show-en:checked ~ main .switch [for=show-en], #show-zh:checked ~ main .switch [for=show-zh] {
  background: var(--ink); border-color: var(--ink); color: #fff; }
.radio:focus-visible ~ main .switch { outline: 2px solid var(--blue); outline-offset: 3px; }
h1 { font-size: 1.75rem; line-height: 1.25; margin: .6rem 0 .2rem; }
h2 { font-size: 1.25rem; margin: 0; display: flex; flex-wrap: wrap; align-items: center;
  gap: .3rem .8rem; }
h3 { font-size: 1rem; margin: 1.6rem 0 .5rem; }
h4 { font-size: .88rem; margin: 1.2rem 0 .35rem; color: var(--soft); font-weight: 600; }
p { margin: .5rem 0; max-width: 48rem; }
a { color: inherit; text-decoration-color: var(--grey); text-underline-offset: .15em; }
a:hover { color: var(--blue); }
code { font: .86em ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
small, .note, .asks { color: var(--soft); }
.note { font-size: .88rem; }
.asks { margin-top: .25rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .7rem 1.6rem;
  margin: 1rem 0; }
dt { font-size: .8rem; color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.verdict { display: flex; gap: 1rem; align-items: flex-start;
  margin: 1.2rem 0; padding: 1rem 1.2rem;
  border: 1px solid var(--line); border-left: .4rem solid var(--grey); }
.verdict p { margin: 0; font-size: 1.05rem; max-width: none; }
.verdict.red { border-left-color: var(--red); } .verdict.amber { border-left-color: var(--amber); }
.verdict.green { border-left-color: var(--green); }
.lamp { display: inline-flex; align-items: center; gap: .4em; white-space: nowrap;
  font-size: .86rem; text-transform: capitalize; }
.lamp svg { width: 1.25em; height: 1.25em; flex: none; overflow: visible; }
.lamp svg :first-child { fill: currentColor; }
.lamp svg :last-child { fill: none; stroke: #fff; stroke-width: 2.6; stroke-linecap: round;
  stroke-linejoin: round; }
.lamp.grey svg :first-child { fill: #fff; stroke: currentColor; stroke-width: 2.4; }
.lamp.grey svg :last-child { stroke: currentColor; }
.lamp.red { color: var(--red); } .lamp.amber { color: var(--amber); }
.lamp.green { color: var(--green); } .lamp.grey { color: var(--grey); }
.verdict .lamp { font-size: 1.15rem; padding-top: .1rem; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-size: .78rem; font-weight: 600; color: var(--soft);
  border-bottom: 1.5px solid var(--ink); padding: .3rem .8rem .3rem 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: .42rem .8rem .42rem 0; vertical-align: top;
  overflow-wrap: break-word; }
.wide td { overflow-wrap: anywhere; }
.about + .scroll { margin-top: .7rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
th:last-child, td:last-child { padding-right: 0; }
.summary td:nth-child(2), .findings td:nth-child(2) { overflow-wrap: normal; }
.summary td:nth-child(2) { min-width: 8.6rem; }
.summary td:last-child, th { white-space: nowrap; }
.data th { white-space: normal; }
.findings .number { font-weight: 600; font-variant-numeric: tabular-nums; }
.findings .rule, .summary .rule { color: var(--soft); font-size: .88rem; }
.findings .p { white-space: nowrap; font-variant-numeric: tabular-nums; }
.findings .p i { display: none; }
.data { font-size: .82rem; width: auto; min-width: 55%; }
.data td, .data th { padding: .22rem .9rem .22rem 0; }
.data td.n, .data th.n { overflow-wrap: normal; }
.scroll { overflow-x: auto; }
.flow { columns: 3 13rem; column-gap: 2rem; }
.data .lamp { font-size: inherit; padding-left: .4rem; } .data .lamp b { font-weight: 400; }
.flow .data { min-width: 100%; }
section { margin-top: 3rem; padding-top: 1.1rem; border-top: 2px solid var(--ink); }
section.part { margin-top: 1.8rem; padding-top: .7rem; border-top-width: 1px; }
h2 .up { margin-left: auto; font-size: .8rem; font-weight: 400; text-decoration: none;
  color: var(--soft); }
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .4rem 1.6rem;
  margin: 1rem 0; }
figure { margin: 0; min-width: 0; grid-column: 1 / -1; }
figure.half { grid-column: auto; }
figure > div { overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; max-width: 47rem; }
figure.half svg { max-width: 27rem; }
figure [lang] { display: block; }
figcaption { font-size: .84rem; color: var(--soft); }
details.inline > summary { font-size: inherit; font-weight: 400; color: inherit; margin: 0; }
.about td:first-child { width: 14rem; color: var(--soft); }
details > summary { cursor: pointer; font-size: .88rem; font-weight: 600; color: var(--soft);
  margin: 1rem 0 .35rem; }
.glossary td:first-child { white-space: nowrap; }
.mark { font-size: .8rem; color: var(--soft); }
@media screen and (max-width: 44rem) {
  main { padding: .8rem 1rem 3rem; }
  h1 { font-size: 1.4rem; }
  .verdict { flex-direction: column; gap: .5rem; padding: .8rem 1rem; }
  .pictures { grid-template-columns: minmax(0, 1fr); }
  figure:not(.half) svg { min-width: 36rem; }
  .flow { columns: auto; }
  .stack thead { display: none; }
  .stack, .stack tbody { display: block; }
  .stack tr { display: grid; grid-template-columns: 5.2rem 1fr;
    border-bottom: 1px solid var(--line);
    padding: .6rem 0; gap: .1rem .6rem; }
  .stack td { border: 0; padding: 0; grid-column: 2; }
  .stack td:first-child { grid-column: 1; grid-row: 1 / span 4; }
  .findings .p i { display: inline; }
  .data { min-width: 100%; }
  .data td, .data th { padding-right: .7rem; white-space: nowrap; }
}
@page { size: A4; margin: 15mm 14mm 17mm;
  @bottom-left { content: "$FOOT"; font: 8pt Arial, sans-serif; color: #5c6873; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt Arial, sans-serif;
    color: #5c6873; } }
@media print {
  html { font-size: 13px; }
  body { background: #fff; font-size: 9.6pt; line-height: 1.42; }
  main { max-width: none; padding: 0; }
  .switch, .up { display: none; }
  a { text-decoration: none; }
  .lamp, .verdict, figure { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  thead { display: table-header-group; }
  tr, figure, .verdict, dl { break-inside: avoid; }
  h2, h3, h4, summary, figcaption, thead { break-after: avoid; }
  p { orphans: 3; widows: 3; }
  section { margin-top: 2.2rem; }
  section.new { break-before: page; margin-top: 0; border-top: 0; padding-top: 0; }
  section .opening { break-inside: avoid; }
  #summary + section { break-before: page; margin-top: 0; border-top: 0; padding-top: 0; }
  .summary { font-size: 8.6pt; line-height: 1.32; }
  .summary td { padding-top: .26rem; padding-bottom: .26rem; }
  .summary .rule, .findings .rule { font-size: .92em; }
  .summary td:last-child { white-space: normal; min-width: 4rem; }
  .verdict { padding: .7rem 1rem; margin: .8rem 0; }
  .verdict p { font-size: 10.4pt; }
  h1 { font-size: 17pt; }
  h3 { margin-top: 1rem; }
  .scroll, figure > div { overflow: visible; }
  figure svg { max-width: 100%; }
  figure:not(.half) svg { max-width: 162mm; }
  figure.half svg { max-width: 82mm; }
  details:not(.inline)::details-content { display: block; content-visibility: visible;
    block-size: auto; }
  details > summary { list-style: none; }
  details > summary::-webkit-details-marker { display: none; }
  .data { font-size: 8pt; line-height: 1.3; }
  .data td, .data th { padding: .12rem .6rem .12rem 0; }
  .data.wide { font-size: 6.9pt; width: 100%; }
  .data.wide td, .data.wide th { padding-right: .35rem; }
  .data th { font-size: inherit; }
}
"""
#: Opens what is folded before printing, for browsers whose style sheets cannot.
SCRIPT = (
    "addEventListener('beforeprint',()=>document.querySelectorAll('details:not(.inline)')"
    ".forEach(d=>{d.open=true}));"
)
