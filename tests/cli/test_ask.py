"""``sextant ask``: answers with citations, in the language of the question."""

import json
from pathlib import Path

from tests.cli.knowing import Sextant, pages
from tests.cli.knowing import quiet as quiet
from tests.cli.knowing import run as run


def test_an_english_question_gets_a_cited_answer(run: Sextant, alone: Path) -> None:
    run("kb", "add", str(pages(alone / "handbook")))
    ran = run("ask", "What does exit code 137 mean?")
    answer = json.loads(run("ask", "What does exit code 137 mean?", "-o", "json").out)
    page = run("ask", "What does exit code 137 mean?", "-o", "md")
    assert ran.code == 0, ran.err
    assert "killed because it used more memory" in " ".join(ran.out.split())
    assert "[1]" in ran.out
    assert "Sources\n[1" in ran.out
    assert "] Restarts > Exit code 137" in ran.out
    assert f"sextant kb open {answer['citations'][0]['passage']}" in ran.out
    assert answer["verdict"] in {"answered", "partial"}
    assert "[^1]: Restarts > Exit code 137, <file://" in page.out


def test_a_chinese_question_gets_chinese_labels(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook")
    run("kb", "add", str(folder / "chinese.md"))
    question = "无法拉取镜像时，应该检查什么？"
    ran, english = run("ask", question), run("ask", question, "--lang", "en")
    assert "请检查镜像名称" in ran.out
    assert "来源\n[1]" in ran.out
    assert "已回答 · 摘自来源的原句" in ran.out
    assert "Sources\n[1" in english.out


def test_what_is_not_there_is_not_made_up(run: Sextant) -> None:
    english, chinese = run("ask", "How do I bake bread?"), run("ask", "怎样烤面包？")
    page = run("ask", "How do I bake bread?", "-o", "md")
    assert (english.code, chinese.code) == (0, 0)
    assert english.out.startswith("The knowledge base has no answer to this.")
    assert "sextant kb add" in " ".join(english.out.split())
    assert "nearest pages" not in english.out
    assert chinese.out.startswith("知识库中没有这个问题的答案。")
    assert page.out.startswith("**The knowledge base has no answer to this.**")
