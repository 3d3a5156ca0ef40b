"""The comparison with another pipeline."""

from datetime import date
from pathlib import Path

import pytest

from evals.retrieval import own
from evals.retrieval.peers import Peer, PeerMissing, compare, peer
from evals.retrieval.report import Circumstances, report
from evals.retrieval.setting import Setting
from evals.retrieval.stock import language_of_page
from evals.retrieval.suite import comparison_from, comparison_to, part_of

RUN = Circumstances(
    today=date(2026, 1, 2), command="make it", cores=2, memory_gib=8, documents=9, passages=12, corpus_pages=12,
    withheld=2, cut=2, compared="2026-01-01",
)  # fmt: skip


def some_peer(setting: Setting, name: str, versions: str) -> Peer:
    found: dict[str, object] = {one.id: [*one.gold[:1]] for one in setting.questions}
    result = {"steps": {"chunks": 1200, "read": 1, "split": 2, "index": 60}, "question_seconds": 0.02,
              "peak_mib": 512, "cpu_seconds": 99, "found": found}  # fmt: skip
    return peer(name, result, setting.questions, versions=versions)


def test_the_report_puts_both_side_by_side(tiny: Setting) -> None:
    peers = [some_peer(tiny, "Ours", ""), some_peer(tiny, "Theirs", "theirs 1.2")]
    page = report(peers[0].outcomes, RUN, peers)
    assert "| | Ours | Theirs |" in page
    assert "Versions: theirs 1.2." in page
    assert "| passages | 1,200 | 1,200 |" in page
    assert "| peak memory | 512 MiB | 512 MiB |" in page
    assert "| reading, splitting, embedding, storing | 63 s | 63 s |" in page


def test_a_comparison_is_the_same_after_it_was_kept(tiny: Setting) -> None:
    peers = (some_peer(tiny, "Ours", ""), some_peer(tiny, "Theirs", "theirs 1.2"))
    comparison_to(tiny, peers, date(2026, 1, 1))
    assert comparison_from(tiny) == (list(peers), "2026-01-01")


def test_without_an_earlier_comparison_there_is_none(tiny: Setting) -> None:
    assert comparison_from(tiny) == ([], "")


async def test_the_own_pipeline_says_what_it_found_and_took(tiny: Setting, tmp_path: Path) -> None:
    asked = [
        {"id": one.id, "group": one.group, "language": one.language, "text": one.text, "pages": one.pages}
        for one in tiny.of("operators")
    ]
    result = await own.measured(tiny.folder, asked, tmp_path)
    assert result["steps"]["documents"] == 10
    assert set(result["found"]) == {one["id"] for one in asked}
    assert result["steps"]["index"] > 0


def test_an_interpreter_without_the_other_library_is_named(tiny: Setting) -> None:
    with pytest.raises(PeerMissing, match="/bin/false has no LlamaIndex"):
        compare(tiny.folder, tiny.questions, "/bin/false")


def test_the_language_of_a_page_is_told_by_its_path() -> None:
    assert language_of_page("content/zh-cn/docs/a.md") == "zh"
    assert language_of_page("openshift/alerts/a.md") == "en"


def test_a_part_holds_only_pages_that_are_indexed(tiny: Setting, tmp_path: Path) -> None:
    runbooks = [page for page in tiny.corpus.pages if page.startswith("runbooks/")]
    part = part_of(tiny.folder, tmp_path / "part", runbooks)
    found = sorted(path.relative_to(part).as_posix() for path in part.rglob("*.md"))
    assert found == ["runbooks/CertificateNearExpiry.md", "runbooks/QueueTooLong.md"]
