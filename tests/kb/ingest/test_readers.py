"""Documents read in processes of their own: the same as in this one, and a process that dies harms one document."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from kb.documents.errors import DocumentBroken, DocumentEmpty, DocumentTooLarge
from kb.documents.limits import Limits
from kb.embed.fake import count_terms
from kb.ingest.frames import packed, unpacked
from kb.ingest.preparing import Asked, Method, Prepared, Unchanged, prepare
from kb.ingest.readers import Readers
from kb.ingest.reading import ReaderEnded
from kb.passages.splitting import Sizes
from kb.sources.source import Fetched
from tests.kb.ingest.scripted import page

METHOD = Method(count=count_terms, sizes=Sizes(), limits=Limits(seconds=5))


def asked(text: str, *, name: str = "alpha.md", current: tuple[str, str] | None = None) -> Asked:
    """Return a document to be read."""
    data = text.encode("utf-8", "surrogatepass")
    content = Fetched(data=data, name=name, version="v1", updated_at=datetime(2026, 11, 1, tzinfo=UTC))
    return Asked(document="d" * 32, uri=name, content=content, current=current)


def dies(text: str) -> int:
    """Count tokens, and die by a signal where a text asks for it."""
    if "walrus" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    return count_terms(text)


def never_ends(text: str) -> int:
    """Count tokens, and go on for ever where a text asks for it."""
    while "walrus" in text:
        time.monotonic()
    return count_terms(text)


def eats(text: str) -> int:
    """Count tokens, and take more memory than there is where a text asks for it."""
    return len(b" " * 2**31) if "walrus" in text else count_terms(text)


@pytest.fixture
def readers() -> Iterator[Readers]:
    opened = Readers(METHOD, processes=1, seconds=30.0, many=0)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(page("alpha", "storage"), id="english"),
        pytest.param("# 存储\n\n容器被内核终止。\n\n## 原因\n\n" + "超过了内存限制。" * 300, id="chinese"),
        pytest.param(
            '# \U0001f642 é\n\n"quoted" \\ and {{ \u2581 }}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n', id="foreign"
        ),
        pytest.param("just a line without any heading", id="bare"),
    ],
)
def test_a_document_read_in_another_process_is_the_same(readers: Readers, text: str) -> None:
    here = prepare(asked(text), METHOD)
    assert isinstance(here, Prepared)
    assert readers.read(asked(text)) == here
    assert unpacked(packed(here)) == here


def test_what_has_not_changed_and_what_is_empty_is_told(readers: Readers) -> None:
    first = readers.read(asked(page("alpha")))
    assert isinstance(first, Prepared)
    current = (first.values["content_hash"], "v1")
    again = readers.read(asked(page("alpha"), current=current))
    assert again == Unchanged(same=True, media_type="text/markdown", notes=())
    with pytest.raises(DocumentEmpty):
        readers.read(asked(""))


@dataclass(frozen=True)
class Fatal:
    id: str
    count: Callable[[str], int]
    error: type[Exception]
    says: str
    seconds: float = 60.0
    processor_seconds: float = 60.0


FATAL = (
    Fatal("killed", dies, ReaderEnded, "signal 9"),
    Fatal("too long", never_ends, DocumentTooLarge, "too long", seconds=2.0),
    Fatal("too much processor time", never_ends, DocumentTooLarge, "processor time", processor_seconds=2.0),
    Fatal("too much memory", eats, DocumentTooLarge, "memory"),
)


@pytest.mark.parametrize("case", FATAL, ids=lambda case: case.id)
def test_a_process_that_comes_to_its_end_takes_one_document_with_it(case: Fatal) -> None:
    method = Method(count=case.count, sizes=Sizes(), limits=Limits(seconds=case.processor_seconds))
    readers = Readers(method, processes=1, seconds=case.seconds, many=0)
    try:
        with pytest.raises(case.error, match=case.says):
            readers.read(asked(page("alpha", "walrus")))
        assert isinstance(readers.read(asked(page("beta", "heron"))), Prepared)
    finally:
        readers.close()


def test_a_method_that_cannot_be_sent_is_used_in_this_process() -> None:
    method = Method(count=lambda text: len(text) // 3, sizes=Sizes(), limits=Limits())
    readers = Readers(method, processes=2, seconds=60.0, many=0)
    assert isinstance(readers.read(asked(page("alpha"))), Prepared)
    readers.close()


def test_processes_are_started_only_when_many_documents_come() -> None:
    readers = Readers(METHOD, processes=2, seconds=60.0, many=3)
    for number in range(3):
        readers.read(asked(page(f"alpha {number}")))
        assert readers.running == 0
    readers.read(asked(page("beta")))
    assert readers.running == 1
    readers.close()


def test_nothing_is_read_any_more_once_the_readers_are_closed(readers: Readers) -> None:
    readers.read(asked(page("alpha")))
    readers.close()
    with pytest.raises(ReaderEnded, match="closed"):
        readers.read(asked(page("beta")))


def test_processes_without_work_end_after_a_while(readers: Readers, monkeypatch: pytest.MonkeyPatch) -> None:
    readers.read(asked(page("alpha")))
    readers.rest()
    assert readers.running == 1
    monkeypatch.setattr("kb.ingest.readers.IDLE_SECONDS", 0.0)
    readers.rest()
    assert readers.running == 0
    assert isinstance(readers.read(asked(page("beta"))), Prepared)


@pytest.mark.parametrize("answer", [b"", b"nonsense", b"\xff" * 8, bytes(8) + b"{}", b"\2" + bytes(7) + b"{}"])
def test_an_answer_that_cannot_be_understood_is_a_broken_document(answer: bytes) -> None:
    with pytest.raises(DocumentBroken):
        unpacked(answer)
