"""Markdown pages as documentation sites write them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from kb.documents.document import Document
from kb.documents.reading import read


def page(text: str) -> Document:
    return read(text.encode(), uri="file:///page.md", name="page.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A page and its blocks, each as ``(kind, text)``."""

    id: str
    text: str
    blocks: list[tuple[str, str]]


CASES = (
    Case(id="comments vanish", text="One <!-- hidden\n\n# not a heading\n--> two", blocks=[("text", "One two")]),
    Case(id="a comment in code stays", text="```html\n<!-- shown -->\n```", blocks=[("code", "<!-- shown -->")]),
    Case(id="an open comment hides nothing", text="a <!-- b\n\nc", blocks=[("text", "a <!-- b"), ("text", "c")]),
    Case(id="a comment may hold a fence", text="<!--\n```\nold\n-->\nnew", blocks=[("text", "new")]),
    Case(id="links keep their text", text="See [the `x` page](/docs/x (y)) and ![a picture](p.png).",
         blocks=[("text", "See the `x` page and a picture.")]),
    Case(id="emphasis goes, code stays", text="**Use `a*b*c`** and *this* but not `**k`.",
         blocks=[("text", "Use `a*b*c` and this but not `**k`.")]),
    Case(id="placeholders are no tags", text="Run x <pod-name> <b>now</b> &amp; wait",
         blocks=[("text", "Run x <pod-name> now & wait")]),
    Case(id="Chinese lines join without a space", text="容器没有\n启动，因为\nPod 失败",
         blocks=[("text", "容器没有启动，因为 Pod 失败")]),
    Case(id="both kinds of headings", text="Top\n===\n\n## Sub {#sub} ##\ntext\n\nLow\n---",
         blocks=[("heading", "Top"), ("heading", "Sub"), ("text", "text"), ("heading", "Low")]),
    Case(id="tables", text="| a | b |\n|---|:-:|\n| `x\\|y` | **z** |\n\nend",
         blocks=[("table", "a | b\n`x|y` | z"), ("text", "end")]),
    Case(id="lists with code between", text="1. one\n   more\n\n   ```sh\n   ls\n     -l\n   ```\n\n1. two\n   - in",
         blocks=[("list", "1. one more"), ("code", "ls\n  -l"), ("list", "1. two\n   - in")]),
    Case(id="indented code", text="text\n\n    a\n      b\n\nend",
         blocks=[("text", "text"), ("code", "a\n  b"), ("text", "end")]),
    Case(id="quotes and alerts", text="> [!WARNING]\n> Do not\n> delete", blocks=[("text", "Warning\nDo not delete")]),
    Case(id="references go, footnotes stay", text="A [b][c].[^1]\n\n[c]: http://h/x\n[^1]: note",
         blocks=[("text", "A b."), ("text", "note")]),
    Case(id="HTML tables", text="<table><tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>2</td></tr></table>\n\nend",
         blocks=[("table", "a | b\n1 | 2"), ("text", "end")]),
    Case(id="an unclosed fence", text="```\ncode\n# no heading", blocks=[("code", "code\n# no heading")]),
    Case(id="a tilde fence holds backticks", text="~~~\n```\n~~~\nx", blocks=[("code", "```"), ("text", "x")]),
    Case(id="Hugo notes", text="{{< note >}}\nBe careful.\n{{< /note >}}", blocks=[("text", "Be careful.")]),
    Case(id="Hugo words", text='A {{< tip text="node" term_id="n" >}} and a {{< tip term_id="static-pod" >}}.',
         blocks=[("text", "A node and a static pod.")]),
    Case(id="Hugo headings", text='## {{% heading "whatsnext" %}}\n\ntext',
         blocks=[("heading", "whatsnext"), ("text", "text")]),
    Case(id="Hugo tabs", text='{{% tab name="Red Hat" %}}\ndnf\n{{% /tab %}}',
         blocks=[("text", "Red Hat"), ("text", "dnf")]),
    Case(id="Hugo code", text='{{< highlight yaml >}}\na: 1\n{{< /highlight >}}', blocks=[("code", "a: 1")]),
    Case(id="Hugo comments", text="a\n\n{{< comment >}}\nb\n{{< /comment >}}\n\nc",
         blocks=[("text", "a"), ("text", "c")]),
    Case(id="Hugo link targets", text='[see]({{< ref "x.md" >}}) it', blocks=[("text", "see it")]),
    Case(id="MkDocs admonitions", text='!!! warning "Mind the gap"\n    Inside.\n\n    - item\n\nOutside.',
         blocks=[("text", "Mind the gap"), ("text", "Inside."), ("list", "- item"), ("text", "Outside.")]),
    Case(id="MkDocs tabs", text='=== "Helm"\n\n    ```sh\n    helm up\n    ```\n',
         blocks=[("text", "Helm"), ("code", "helm up")]),
    Case(id="containers", text=":::note\nText\n:::", blocks=[("text", "Text")]),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_blocks_of_a_page_are_what_a_reader_sees(case: Case) -> None:
    document = page(case.text)
    assert [(block.kind, block.text) for block in document.blocks] == case.blocks
    assert all(document.text[slice(*block.span)] == block.text for block in document.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Front matter in one of its languages."""

    id: str
    text: str


HEADS = (
    Head(id="YAML", text="---\ntitle: Probes\nlastmod: 2026-01-02\nversion: 1.2\n---\nText"),
    Head(id="TOML", text='+++\ntitle = "Probes"\nlastmod = 2026-01-02\nversion = "1.2"\n+++\nText'),
    Head(id="JSON", text='{"title": "Probes", "lastmod": "2026-01-02", "version": "1.2"}\nText'),
)


@pytest.mark.parametrize("case", HEADS, ids=lambda case: case.id)
def test_front_matter_names_the_page(case: Head) -> None:
    document = page(case.text)
    assert (document.title, document.version, document.text) == ("Probes", "1.2", "Text")
    assert document.updated_at == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_broken_head_is_left_out_and_told() -> None:
    document = page("---\ntitle: [unclosed\n---\n# Title\n\nText")
    assert document.title == "Title"
    assert "front matter" in document.notes[0]


def test_a_rule_at_the_top_is_no_head() -> None:
    assert page("---\nSome words: and more, [see\n\n---\nText").text.endswith("Text")


def test_content_from_elsewhere_is_counted() -> None:
    document = page('Text\n\n{{< include "steps.md" >}}\n\n{{% code_sample file="a.yaml" %}}')
    assert document.notes == ("2 templates that insert content from elsewhere were left out.",)
