"""The frame of every page, its one style sheet, and what makes foreign text safe in HTML."""

import base64
import hashlib
import html
from typing import Final
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from api.pages.words import word
from core.phrase import Language
from diagnose.render.words import printable

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1b2129;--soft:#5a6572;--paper:#fff;--panel:#f4f6f8;--line:#d8dee4;--link:#0b5cad;
--failing:#b3261e;--degraded:#8a5a00;--unknown:#56606b;--recovered:#00658a;--healthy:#1b6e3c}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaee;--soft:#9aa5b1;--paper:#14181d;--panel:#1d232a;--line:#343d47;
--link:#7db7f2;--failing:#ff8a80;--degraded:#f0b95a;--unknown:#aeb8c2;--recovered:#6cc7ec;--healthy:#7bd39b}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem 1.25rem 3rem;max-width:60rem;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC",
"PingFang SC","Microsoft YaHei",sans-serif}
header{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;align-items:baseline;border-bottom:1px solid var(--line);
padding-bottom:.6rem;margin-bottom:1.2rem}
header b{font-size:1.25rem;margin-right:auto}header b a{color:inherit;text-decoration:none}
a{color:var(--link)}h1{font-size:1.45rem;line-height:1.3;margin:.4rem 0 .8rem}h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
h3{font-size:1rem;margin:1.1rem 0 .3rem}p{margin:.4rem 0}ul{margin:.3rem 0;padding-left:1.3rem}
li,td,p,h1{overflow-wrap:anywhere}.soft{color:var(--soft);font-size:.92rem}
.box{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.8rem 1rem;margin:.8rem 0}
pre{background:var(--panel);border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem;overflow-x:auto;
white-space:pre-wrap;overflow-wrap:anywhere;font:14px/1.5 ui-monospace,Menlo,Consolas,monospace;margin:.4rem 0}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.45rem .6rem;border-bottom:1px solid
var(--line);vertical-align:top}th{font-weight:600;color:var(--soft);font-size:.9rem}
.tag{display:inline-block;font-weight:700;font-size:.85rem;padding:.05rem .5rem;border:1.5px solid;
border-radius:.35rem;white-space:nowrap}.failing{color:var(--failing)}.degraded{color:var(--degraded)}.unknown{color:var(--unknown)}
.recovered{color:var(--recovered)}.healthy{color:var(--healthy)}
form{display:grid;gap:.6rem;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));align-items:end}
label{display:grid;gap:.2rem;font-size:.92rem;color:var(--soft)}
input,button{font:inherit;padding:.45rem .6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--paper);
color:var(--ink)}button{background:var(--link);color:var(--paper);border-color:var(--link);font-weight:600;cursor:pointer}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.wide{overflow-x:auto}.list td:nth-child(2){min-width:11rem}.list td:nth-child(3){min-width:14rem}
code{font:.92em ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
"""

_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; img-src data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def safe(foreign: object) -> str:
    """Return text for HTML: nothing in it can become markup, and control characters show as what they are."""
    return html.escape(printable(str(foreign)), quote=True)


def link(path: str, label: str, **query: str) -> str:
    """Return a link within this server; empty parts of the query are left out."""
    asked = urlencode({key: value for key, value in query.items() if value}, errors="replace")
    return f'<a href="{safe(path + ("?" + asked if asked else ""))}">{safe(label)}</a>'


def tag(verdict: str, label: str) -> str:
    """Return a verdict, whose colour only repeats what its word says."""
    return f'<span class="tag {safe(verdict)}">{safe(label)}</span>'


def page(title: str, body: str, language: Language, *, other: str = "/?lang=zh", status: int = 200) -> HTMLResponse:
    """Return a whole page. ``title`` is text, ``body`` is HTML, ``other`` the same page in the other language."""
    tongue = "zh-CN" if language == "zh" else "en"
    content = (
        f'<!doctype html><html lang="{tongue}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<link rel="icon" href="data:,">'
        f"<title>{safe(title)} · Sextant</title><style>{STYLE}</style></head><body>"
        f"<header><b>{link('/', 'Sextant', lang=language)}</b><nav>{link('/docs', word('api', language))} · "
        f'<a href="{safe(other)}">{word("language", language)}</a></nav></header>'
        f"<main>{body}</main></body></html>"
    )
    headers = {"Content-Security-Policy": POLICY, "Content-Language": tongue}
    return HTMLResponse(content.encode("utf-8", "replace"), status_code=status, headers=headers)
