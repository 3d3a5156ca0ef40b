"""The first page: what this is, what is looked at, and how it is."""

from urllib.parse import urlencode

from api.looking import Seen, Where
from api.pages.layout import link, safe, tag
from api.pages.words import word
from core.phrase import Language
from diagnose.findings import WorkloadState
from diagnose.render.words import VERDICTS, one_line

CAUSE_CHARS = 240
"""Of a cause in the list: the whole sentence stands one click away."""


def home(
    seen: Seen | None, failure: str, *, source: Where, configured: bool, namespace: str, language: Language
) -> str:
    """Return the page's HTML. ``failure`` is HTML that stands in the place of the list when there is none."""
    return (
        f"<p>{word('tagline', language)}</p>"
        f'<div class="box"><p>{_where(seen, source, namespace, configured=configured, language=language)}</p></div>'
        + (failure or (_list(seen, source, language) if seen else ""))
        + _form(source, namespace, language)
    )


def _where(seen: Seen | None, source: Where, namespace: str, *, configured: bool, language: Language) -> str:
    if source == "demo":
        other = link("/", word("see_cluster", language), lang=language) if configured else word("no_cluster", language)
        return f"{word('from_demo', language)}. {other}"
    place = (
        f"{word('namespace', language)} <code>{safe(namespace)}</code>" if namespace else word("everywhere", language)
    )
    origin = f" <code>{safe(seen.diagnosis.origin)}</code>" if seen else ""
    others = [link("/", word("see_demo", language), source="demo", lang=language)]
    if namespace:
        others.insert(0, link("/", word("everywhere", language), all="1", lang=language))
    return f"{word('from_cluster', language)}{origin} · {place}. {' · '.join(others)}"


def _list(seen: Seen, source: Where, language: Language) -> str:
    states = seen.diagnosis.workloads
    heading = f"<h1>{word('home', language)}</h1>"
    if not states:
        return f"{heading}<p>{word('empty', language)}</p>"
    columns = ("verdict", "workload", "cause", "namespace", "ready")
    head = "".join(f'<th scope="col">{word(key, language)}</th>' for key in columns)
    causes = {finding.id: finding.summary.in_language(language) for finding in seen.diagnosis.findings}
    rows = "".join(
        _row(state, causes.get(state.cause, ""), source, language)
        for state in sorted(states, key=lambda entry: (entry.verdict.rank, entry.object))
    )
    table = f'<table class="list"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'{heading}<div class="wide">{table}</div>'


def _row(state: WorkloadState, cause: str, source: Where, language: Language) -> str:
    ref = state.object
    name = link("/view", ref.slug, target=ref.slug, namespace=ref.namespace, source=source, lang=language)
    verdict = tag(state.verdict.value, VERDICTS[state.verdict].in_language(language))
    return (
        f"<tr><td>{verdict}</td><td>{name}</td><td>{safe(one_line(cause, CAUSE_CHARS))}</td>"
        f"<td>{safe(ref.namespace)}</td><td>{state.ready}/{state.wanted}</td></tr>"
    )


def _form(source: Where, namespace: str, language: Language) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{key}" value="{safe(value)}">'
        for key, value in (("source", source), ("lang", language))
    )
    return (
        f"<h2>{word('ask_title', language)}</h2>"
        f'<form method="get" action="/view">{hidden}'
        f'<label>{word("target", language)}<input name="target" maxlength="320" autocomplete="off" '
        f'placeholder="deploy/checkout"></label>'
        f'<label>{word("namespace", language)}<input name="namespace" maxlength="63" autocomplete="off" '
        f'value="{safe(namespace)}"></label><button>{word("ask", language)}</button></form>'
        f'<p class="soft">{word("target_hint", language)}</p>'
    )


def other_language(path: str, language: Language, **query: str) -> str:
    """Return the address of the same page in the other language."""
    asked = {key: value for key, value in query.items() if value} | {"lang": "en" if language == "zh" else "zh"}
    return f"{path}?{urlencode(asked, errors='replace')}"
