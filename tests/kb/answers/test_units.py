"""Units of a passage: whole code and tables, steps without their markers, no crumbs, exact places."""

from kb.answers.units import Unit, units_of
from kb.embed.fake import FakeEmbedder
from tests.kb.search.library import Page, document_of, stored

GUIDE = Page(
    uri="guide.md",
    text="""# Drain a node

## Before you begin

You need cluster access.

## Steps

Draining moves pods away. It respects budgets, e.g. those of databases. Follow these steps:

1. Mark the node so that nothing new comes.
2. Move the pods away:

```shell
kubectl drain web-1 --ignore-daemonsets

kubectl get pods -o wide
```

See [the reference](/x) for more.

| Flag | Meaning |
|---|---|
| --force | also pods without a controller |
| --timeout | how long to wait |

## What's next

* [Other page](/y)
""",
)


def units(page: Page) -> tuple[list[Unit], str]:
    document = document_of(page)
    passages = stored(page, document, FakeEmbedder())
    return [unit for passage in passages for unit in units_of(passage)], document.text


def test_every_unit_stands_at_its_span() -> None:
    found, text = units(GUIDE)
    assert found
    assert all(text[slice(*unit.span)] == unit.text for unit in found)


def test_sentences_steps_code_and_tables_are_told_apart() -> None:
    found, _ = units(GUIDE)
    said = [(unit.kind, unit.text) for unit in found]
    assert ("text", "Draining moves pods away.") in said
    assert ("lead", "Follow these steps:") in said
    assert ("step", "Mark the node so that nothing new comes.") in said
    code = [text for kind, text in said if kind == "code"]
    assert code == ["kubectl drain web-1 --ignore-daemonsets\n\nkubectl get pods -o wide"]
    assert [text.count("\n") for kind, text in said if kind == "table"] == [2]


def test_crumbs_and_links_to_more_are_left_out() -> None:
    found, _ = units(GUIDE)
    text = "\n".join(unit.text for unit in found)
    for crumb in ("What's next", "See the reference", "Other page"):
        assert crumb not in text


def test_chinese_sentences_are_divided_at_their_full_stops() -> None:
    found, text = units(Page(uri="zh.md", text="# 排空\n\n排空会迁走所有 Pod。完成之后节点可以维护！\n"))
    assert [unit.text for unit in found] == ["排空会迁走所有 Pod。", "完成之后节点可以维护！"]
    assert all(text[slice(*unit.span)] == unit.text for unit in found)


def test_the_repeated_header_of_a_table_does_not_move_the_spans() -> None:
    rows = "\n".join(f"| option-{n} | what option number {n} does in some detail |" for n in range(200))
    page = Page(uri="table.md", text=f"# Options\n\n| Name | Description |\n|---|---|\n{rows}\n")
    document = document_of(page)
    passages = stored(page, document, FakeEmbedder(max_tokens=200))
    assert any(len(one.text) > one.span[1] - one.span[0] for one in passages)
    for passage in passages:
        assert all(document.text[slice(*unit.span)] == unit.text for unit in units_of(passage))


def test_yaml_is_code_and_a_list_of_sentences_is_not() -> None:
    page = Page(uri="y.md", text="# Pod\n\n```yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n```\n\n"
                "- Use a probe when the start is slow.\n- Use a limit when memory grows.\n")  # fmt: skip
    found, _ = units(page)
    assert [unit.kind for unit in found] == ["code", "item", "item"]


def test_questions_and_what_only_introduces_are_no_sentences() -> None:
    page = Page(
        uri="q.md",
        text="# Probes\n\n## What is it for?\n\nIs the pod ready? The probe tells it; the kubelet asks.\n\n"
        "The following table lists the fields.\n\n| Field | Meaning |\n|---|---|\n| period | seconds |\n",
    )
    found, text = units(page)
    assert [(unit.kind, unit.text) for unit in found[:2]] == [
        ("text", "The probe tells it; the kubelet asks."),
        ("lead", "The following table lists the fields."),
    ]
    assert all(text[slice(*unit.span)] == unit.text for unit in found)


def test_a_semicolon_does_not_end_a_chinese_sentence_and_steps_know_their_number() -> None:
    page = Page(
        uri="zh.md", text="# 重启\n\n这只是等待，不是原因；原因在日志里。\n\n1. 看日志。\n2. 改好后重新发布应用。\n"
    )
    found, _ = units(page)
    assert [(unit.kind, unit.text, unit.number) for unit in found] == [
        ("text", "这只是等待，不是原因；原因在日志里。", 0),
        ("step", "看日志。", 1),
        ("step", "改好后重新发布应用。", 2),
    ]
