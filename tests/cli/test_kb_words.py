"""Tables, ages, bars and wrapped text of the knowledge commands."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cli.knowledge_follow import bar_text, beginning, summary
from cli.knowledge_reading import answer_text, joined, passage_text, ranges, wrapped
from cli.knowledge_words import age, clean, clean_lines, seconds_of, shortened, table, until, width
from core.errors import UsageError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOTHING = {"documents": 0, "pending": 0, "indexing": 0, "ready": 0, "failed": 0, "dead": 0, "skipped": 0}


def progress(**states: Any) -> dict[str, Any]:
    return {**NOTHING, "passages": 0, "rate": None, "remaining_seconds": None, **states}


@pytest.mark.parametrize(("every", "seconds"), [("30m", 1800), ("12h", 43_200), ("1d", 86_400), ("2W", 1_209_600)])
def test_lengths_of_time_are_read(every: str, seconds: int) -> None:
    assert seconds_of(every) == seconds


@pytest.mark.parametrize("every", ["", "1", "d", "0d", "-1d", "1.5h", "1 day", "9999999d"])
def test_what_is_no_length_of_time_is_refused(every: str) -> None:
    with pytest.raises(UsageError):
        seconds_of(every)


def test_ages_are_written_as_kubectl_writes_them() -> None:
    assert [age(moment, NOW) for moment in (None, "2026-03-01T11:59:15Z", "2026-02-27T11:00:00Z")] == [
        "<none>",
        "45s",
        "2d",
    ]
    assert until("2026-03-01T12:05:00Z", NOW) == "in 5m"
    assert until("2026-03-01T11:00:00Z", NOW) == "now"


def test_columns_line_up_with_chinese_in_them() -> None:
    lines = table(("NAME", "STATE"), [("镜像", "ready"), ("images", "")]).splitlines()
    assert lines == ["NAME     STATE", "镜像     ready", "images   <none>"]


def test_text_is_cut_and_wrapped_by_columns() -> None:
    assert shortened("镜像拉取失败", 7) == "镜像拉…"
    assert shortened("short", 7) == "short"
    assert all(width(line) <= 20 for line in wrapped("Pod 显示 ImagePullBackOff，表示节点拉取不到镜像。", 20))
    assert "".join(wrapped("无法拉取镜像", 4)) == "无法拉取镜像"
    assert wrapped("plain words that are wrapped here", 20) == ["plain words that are", "wrapped here"]


def test_what_a_terminal_would_obey_is_left_out() -> None:
    assert clean("a\x1b[31mb\u202ec\nd\x00") == "a[31mbc d"
    assert clean_lines("a\x1b\tb\nc\x07") == "a\tb\nc"


def test_a_bar_tells_how_much_how_fast_and_how_long() -> None:
    listing = bar_text("docs", "syncing", progress(documents=3, pending=3))
    half = bar_text(
        "docs", "ready", progress(documents=100, ready=49, dead=1, pending=50, rate=12.5, remaining_seconds=4.0)
    )
    done = bar_text("docs", "ready", progress(documents=2, ready=2))
    assert listing == "docs: reading the list of documents, 3 so far"
    assert half == "docs [############............] 50/100 documents  12.5/s  about 4s left  1 given up"
    assert done == "docs [########################] 2/2 documents"


def test_the_last_line_tells_what_there_is() -> None:
    source = {
        "name": "docs",
        "state": "ready",
        "watch": None,
        "progress": progress(documents=3, ready=1, skipped=1, dead=1),
    }
    assert summary(source) == (
        "source/docs ready: 1 document, 0 passages; 1 skipped; 1 given up, see `sextant kb status docs --state dead`"
    )


def test_a_watch_tells_what_is_watched_since_when_and_how_much_there_is() -> None:
    watch = {"namespace": "shop", "live": True, "error": "", "since": "2026-11-23T12:00:05Z", "patterns": 0}
    said = {"en": "watching, no warnings yet", "zh": "x"}
    told = summary({"name": "events", "state": "ready", "status": said, "watch": watch, "progress": progress()})
    assert told.splitlines() == [
        "source/events watching, no warnings yet: events of namespace shop, since 2026-11-23 12:00:05 UTC",
        "What happens can be found within minutes; see how much with `sextant kb show events`",
    ]


def test_bundled_knowledge_is_waited_for_once() -> None:
    fresh = {"state": "new", "synced_at": None, "progress": progress()}
    first = {"state": "ready", "synced_at": "x", "progress": progress(documents=5, ready=2, pending=3)}
    later = {"state": "syncing", "synced_at": "x", "progress": progress(documents=5, ready=5)}
    assert [beginning(source) for source in (fresh, first, later)] == [True, True, False]


def test_pairs_of_characters_are_shown_as_they_stand_in_the_question() -> None:
    assert joined(["像拉", "拉取", "镜像", "pod"], "镜像拉取 pod 镜像") == ["镜像拉取", "镜像", "pod"]


def test_the_cited_passage_is_marked_in_its_surroundings() -> None:
    passage = {
        "title": "T",
        "heading_path": ["H"],
        "uri": "u",
        "version": "",
        "updated_at": None,
        "text": "second",
        "parent_text": "first\nsecond\nthird",
        "span": {"start": 106, "end": 112},
        "parent": {"start": 100, "end": 118},
    }
    lines = passage_text(passage, "en", lambda _, text: text).splitlines()
    assert lines == ["T > H", "u", "", "  first", "▌ second", "  third"]


def test_numbers_of_citations_are_ranges_and_each_page_is_listed_once() -> None:
    def cited(number: int, passage: str, heading: str) -> dict[str, Any]:
        return {
            "number": number,
            "passage": passage,
            "document": "d",
            "title": "Page",
            "heading_path": [heading],
            "uri": "u",
            "version": "",
            "updated_at": None,
        }

    answer = {
        "verdict": "answered",
        "by": "passages",
        "notes": [],
        "sentences": [{"text": "Words.", "kind": "text", "citations": [1, 2, 3]}],
        "citations": [cited(1, "p1", "A"), cited(2, "p1", "A"), cited(3, "p2", "B")],
    }
    lines = answer_text(answer, "en", lambda _, text: text, 80).splitlines()
    assert lines[0] == "Words. [1-3]"
    assert lines[-4:] == ["[1-3] Page > A; B", "     u", "     sextant kb open p1", "     sextant kb open p2"]
    assert [ranges(numbers) for numbers in ((), (4,), (1, 2, 3, 5))] == ["", "[4]", "[1-3, 5]"]
