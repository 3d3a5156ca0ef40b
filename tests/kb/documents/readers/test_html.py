"""HTML pages: the text, and nothing of what surrounds it."""

from datetime import UTC, datetime

from kb.documents.reading import read

PAGE = """<!doctype html><html><head><title>Probes &amp; pods</title>
<meta property="article:modified_time" content="2026-01-02T03:04:05Z"><script>var hidden = 1</script></head><body>
<header>Site</header><nav><ul><li>Home</li></ul></nav><div class="left-sidebar"><p>Menu</p></div>
<main><header><h1>Probes</h1></header><!-- hidden --><p>A <b>probe</b> checks <code>/healthz</code>.<br>Twice.</p>
<ul><li>One<ul><li>Inner</li></ul></li><li><p>Two</p></li></ul><ol><li>a</li><li>b</li></ol>
<table><thead><tr><th>Field</th><th>Meaning</th></tr></thead><tr><td>period</td><td><p>how</p><p>often</p></td></tr></table>
<pre><code>kubectl get
  pods</code></pre><form><input value="x"><button>Subscribe</button></form><div aria-hidden="true">icon</div></main>
<footer>Copyright</footer></body></html>"""


def test_a_page_is_its_main_part() -> None:
    document = read(PAGE.encode(), uri="https://h/probes")
    assert (document.title, document.updated_at) == ("Probes & pods", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Probes"),
        ("text", "A probe checks `/healthz`.\nTwice."),
        ("list", "- One\n  - Inner\n- Two"),
        ("list", "1. a\n2. b"),
        ("table", "Field | Meaning\nperiod | how often"),
        ("code", "kubectl get\n  pods"),
    ]


def test_a_page_without_a_main_part_is_read_whole() -> None:
    document = read(b"<html><body><div><p>First</p></div><p>Second</p></body></html>", uri="x")
    assert document.text == "First\n\nSecond"


def test_a_page_whose_frame_has_a_misleading_class_is_still_read() -> None:
    words = "Everything stands in here. " * 20
    document = read(f"<html><body class=x><div class='page-menu'><p>{words}</p></div></body></html>".encode(), uri="x")
    assert document.text == words.strip()


def test_unclosed_elements_lose_nothing() -> None:
    document = read(b"<html><body><p>One<p>Two<ul><li>a<li>b<table><tr><td>c<td>d", uri="x")
    assert [block.text for block in document.blocks] == ["One", "Two", "- a\n- b", "c | d"]


def test_the_declared_encoding_is_followed() -> None:
    document = read("<html><meta charset=gbk><p>镜像拉取失败</p></html>".encode("gbk"), uri="x")
    assert (document.text, document.language) == ("镜像拉取失败", "zh")
