"""The page at ``/``: what this service is and where to look, in Chinese and English."""

from __future__ import annotations

from html import escape
from string import Template
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from scorecard.values import ModelRef

if TYPE_CHECKING:
    from scorecard.contract import Product

_PAGE = Template("""<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>scorecard · $product</title>
<style>
  body { font: 16px/1.6 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem;
         color: #1c2733; background: #fbfbf9; }
  h1 { font-size: 1.5rem; } td { padding: .2rem 1.2rem .2rem 0; vertical-align: top; }
  code, pre { font: .9em ui-monospace, monospace; background: #eef0ec; border-radius: 4px; }
  code { padding: .1em .3em; } pre { padding: .8rem; overflow-x: auto; } a { color: #0b5a7a; }
  .meta { color: #5c6873; overflow-wrap: anywhere; }
</style>
<h1>小微企业信用评级 <span lang="en">/ Credit rating of small enterprises</span></h1>
<p class="meta">$product · $model · $version · sha256 $sha</p>
<table>
<tr><td><code>POST /rate</code><td>对一笔申请评级<br><span lang="en">rate one application</span>
<tr><td><code>POST /rate_batch</code><td>批量评级<br><span lang="en">rate many, in order</span>
<tr><td><code>POST /recourse</code><td>怎样的改变会使评级不同<br>
<span lang="en">what would have changed a rating</span>
<tr><td><a href="openapi.json"><code>/openapi.json</code></a><td>接口文档<br>
<span lang="en">fields, rules and answers</span>
<tr><td><a href="readyz"><code>/readyz</code></a> <a href="livez"><code>/livez</code></a>
<td>就绪与存活<br><span lang="en">readiness and liveness</span>
<tr><td><a href="metrics"><code>/metrics</code></a><td>运行指标<br>
<span lang="en">Prometheus metrics</span>
</table>
$note<pre>curl -H 'content-type: application/json' \\
     --data @$file http://$host/rate</pre>
</html>
""")
_NOTE = """<p>请按<a href="openapi.json"><code>/openapi.json</code></a>编写
<code>application.json</code>。<br><span lang="en">Write <code>application.json</code> as
<a href="openapi.json"><code>/openapi.json</code></a> describes it.</span></p>
"""
_HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
}


def index_page(
    product: Product, model: ModelRef, host: str, example_file: str | None
) -> HTMLResponse:
    """Return the page of one product's service at ``host``, self-contained.

    ``example_file`` holds a request this service takes; without one the page says how to write it.
    """
    html = _PAGE.substitute(
        product=escape(product.name),
        model=escape(model.name),
        version=escape("未登记 / not registered" if model.version is None else f"v{model.version}"),
        sha=escape(model.sha256),
        host=escape(host),
        note=_NOTE if example_file is None else "",
        file=escape(example_file or "application.json"),
    )
    return HTMLResponse(html, headers=_HEADERS)
