"""Every input ends in a document or in one clear error, in bounded time."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents.errors import (
    DocumentBroken,
    DocumentEmpty,
    DocumentEncrypted,
    DocumentError,
    DocumentMislabelled,
    DocumentTooLarge,
    DocumentUnreadable,
)
from kb.documents.limits import Limits
from kb.documents.reading import read, read_path
from tests.kb.documents import made

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(99)
ZEROES = b"\0" * 30_000_000
SECONDS = 20  # far above what any case takes, far below what a hang would


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """A file that cannot be read and what is said of it."""

    id: str
    name: str
    data: bytes
    error: type[DocumentError]
    says: str


BAD = (
    Bad(id="0 bytes", name="a.md", data=b"", error=DocumentEmpty, says="no content"),
    Bad(id="only white space", name="a.txt", data=b"\xef\xbb\xbf \n\t\n", error=DocumentEmpty, says="no content"),
    Bad(id="only a comment", name="a.md", data=b"<!-- later -->", error=DocumentEmpty, says="no text of its own"),
    Bad(id="50 MB", name="a.txt", data=b"word " * 10_000_000, error=DocumentTooLarge, says="MiB"),
    Bad(id="encrypted PDF", name="a.pdf", data=made.encrypted_pdf(), error=DocumentEncrypted, says="password"),
    Bad(id="cut PDF", name="a.pdf", data=made.pdf(["text"])[:60], error=DocumentBroken, says="PDF cannot be read"),
    Bad(id="PDF without text", name="a.pdf", data=made.pdf([""]), error=DocumentUnreadable, says="scanned"),
    Bad(id="text named PDF", name="a.pdf", data=b"plain words", error=DocumentMislabelled, says="not a pdf file"),
    Bad(
        id="picture named PDF",
        name="a.pdf",
        data=PICTURE,
        error=DocumentMislabelled,
        says="PNG",
    ),
    Bad(id="picture", name="a.png", data=PICTURE, error=DocumentUnreadable, says="PNG picture"),
    Bad(id="binary named Markdown", name="a.md", data=bytes(range(256)) * 9, error=DocumentMislabelled, says="binary"),
    Bad(id="program", name="a", data=b"\x7fELF" + bytes(99), error=DocumentUnreadable, says="program"),
    Bad(id="archive", name="a.zip", data=made.archive({"x.txt": b"x"}), error=DocumentUnreadable, says="ZIP archive"),
    Bad(
        id="archive named Word",
        name="a.docx",
        data=made.archive({"x": b"x"}),
        error=DocumentMislabelled,
        says="another kind",
    ),
    Bad(id="cut Word", name="a.docx", data=made.word()[:2_000], error=DocumentBroken, says="table of contents"),
    Bad(
        id="Word with nothing but a part",
        name="a.docx",
        data=made.archive({"word/document.xml": b"<w/>"}),
        error=DocumentBroken,
        says="Word document cannot be read",
    ),
    Bad(
        id="zip bomb",
        name="a.docx",
        data=made.archive({"word/document.xml": b"<w/>", "word/big.xml": ZEROES}),
        error=DocumentTooLarge,
        says="times",
    ),
    Bad(
        id="many zip bombs",
        name="a.xlsx",
        data=made.archive({"xl/workbook.xml": b"<w/>", **{f"{n}": bytes(1_000_000) for n in range(300)}}),
        error=DocumentTooLarge,
        says="unpacks to",
    ),
    Bad(
        id="encrypted Office",
        name="a.docx",
        data=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        error=DocumentEncrypted,
        says="password",
    ),
    Bad(
        id="Office of before 2007",
        name="a.doc",
        data=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        error=DocumentUnreadable,
        says="before 2007",
    ),
    Bad(id="broken JSON", name="a.json", data=b'{"a": 1,\n "b"}', error=DocumentBroken, says="line 2"),
    Bad(id="deep JSON", name="a.json", data=b"[" * 100_000, error=DocumentTooLarge, says="nested"),
    Bad(id="broken YAML", name="a.yaml", data=b"a: 1\n  b: : 2\n", error=DocumentBroken, says="line 2"),
    Bad(id="deep YAML", name="a.yaml", data=b"{a: " * 50_000, error=DocumentTooLarge, says="nested"),
    Bad(
        id="circular schema",
        name="a.yaml",
        data=b"openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"
        b"components: {schemas: {A: &a {type: object, properties: {again: *a}}}}\n",
        error=DocumentTooLarge,
        says="circle",
    ),
    Bad(id="notebook without cells", name="a.ipynb", data=b'{"nbformat": 4}', error=DocumentBroken, says="cells"),
    Bad(
        id="UTF-16 cut in noise",
        name="a.txt",
        data=b"\xff\xfe" + b"\x00\xd8" * 500,
        error=DocumentUnreadable,
        says="text",
    ),
)


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.id)
def test_a_bad_file_is_refused_with_a_plain_sentence(case: Bad) -> None:
    begun = time.monotonic()
    with pytest.raises(case.error) as caught:
        read(case.data, uri="file:///x/" + case.name, name=case.name)
    assert case.says in caught.value.message
    assert type(caught.value) is case.error
    assert time.monotonic() - begun < SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A file that looks dangerous and is read all the same, or refused; never hung on."""

    id: str
    name: str
    data: bytes


HOSTILE = (
    Hostile(id="deep HTML", name="a.html", data=b"<html>" + b"<div>" * 200_000 + b"bottom"),
    Hostile(id="deep lists", name="a.html", data=b"<html>" + b"<ul><li>" * 20_000 + b"bottom"),
    Hostile(id="open comments", name="a.html", data=b"<html><p>text</p>" + b"<!-- " * 200_000),
    Hostile(id="open tags", name="a.html", data=b"<html>" + b"<a " * 300_000),
    Hostile(id="open comments in Markdown", name="a.md", data=b"text\n" + b"<!-- \n" * 200_000),
    Hostile(id="open templates", name="a.md", data=b"{{< x " * 200_000),
    Hostile(id="highlights without end", name="a.md", data=b"{{< highlight >}}" * 20_000),
    Hostile(id="brackets", name="a.md", data=b"[" * 300_000),
    Hostile(id="brackets and links", name="a.md", data=b"[a](" * 100_000),
    Hostile(id="backticks", name="a.md", data=b"".join(b"`" * n + b" " for n in range(900))),
    Hostile(id="stars", name="a.md", data=b"**a " * 100_000),
    Hostile(id="quotes", name="a.md", data=b">" * 300_000),
    Hostile(id="open HTML tables in Markdown", name="a.md", data=b"<table>\n\n" * 20_000),
    Hostile(id="one long line", name="a.md", data=b"word " * 1_000_000),
    Hostile(id="one long word", name="a.txt", data=b"x" * 3_000_000),
    Hostile(id="pipes", name="a.md", data=b"|" * 100_000 + b"\n" + b"|-" * 100_000),
    Hostile(id="dashes", name="a.md", data=b"- " * 200_000 + b"x"),
    Hostile(id="spaces", name="a.md", data=b"# " + b" \t" * 200_000 + b"x"),
    Hostile(id="a laughing YAML", name="a.yaml", data=b"a: &a [1]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c,*c]\n"),
    Hostile(id="one quoted CSV field", name="a.csv", data=b'a,b\n"' + b"x\n" * 100_000),
)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.id)
def test_a_hostile_file_takes_bounded_time(case: Hostile) -> None:
    begun = time.monotonic()
    with suppress(DocumentError):
        document = read(case.data, uri="file:///x", name=case.name, limits=Limits(seconds=10))
        assert all(document.text[slice(*block.span)] == block.text for block in document.blocks)
    assert time.monotonic() - begun < SECONDS


NAMES = ("a.md", "a.html", "a.pdf", "a.docx", "a.csv", "a.yaml", "a.json", "a.ipynb", "a.txt", "a")


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=300), name=st.sampled_from(NAMES))
def test_any_bytes_end_in_a_document_or_a_document_error(data: bytes, name: str) -> None:
    try:
        document = read(data, uri="x", name=name)
    except DocumentError:
        return
    assert document.text.strip()


SEEDS = (made.pdf(["Some text", "More"]), made.word(), made.slides(), made.workbook())


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_file_ends_in_a_document_or_a_document_error(data: st.DataObject) -> None:
    damaged = bytearray(SEEDS[data.draw(st.integers(0, len(SEEDS) - 1))])
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(damaged) // 2, len(damaged)))
    with suppress(DocumentError):
        read(bytes(damaged[:cut]), uri="x")


def test_a_page_that_came_as_a_pdf_is_read_as_the_page_that_it_is() -> None:
    document = read(b"<!DOCTYPE html><html><body><p>Sign in first</p></body></html>", uri="https://h/a.pdf")
    assert document.media_type == "text/html"
    assert document.notes == ("The name says pdf, the content is html; it was read as html.",)


def test_the_declared_media_type_decides_where_there_is_no_suffix() -> None:
    document = read(b"# Probes\n\nText", uri="https://h/docs/probes", media_type="text/markdown; charset=utf-8")
    assert (document.media_type, document.title) == ("text/markdown", "Probes")


def test_a_page_of_equal_headings_is_named_by_its_file() -> None:
    text = b"### Synopsis\n\nRenew it.\n\n### Options\n\nNone."
    assert read(text, uri="file:///docs/certs_renew-etcd.md").title == "certs renew etcd"
    assert read(text, uri="file:///docs/certs/_index.md", name="_index.md").title == "certs"
    assert read(b"## Only\n\nText", uri="file:///docs/a.md").title == "Only"


def test_the_same_text_has_the_same_hash_whatever_the_comments() -> None:
    one = read(b"# T\n\nText <!-- a -->", uri="a", name="a.md")
    other = read(b"# T\n\nText", uri="b", name="b.md")
    assert one.content_hash == other.content_hash
    assert one.content_hash != read(b"## T\n\nText", uri="b", name="b.md").content_hash


def test_a_file_is_asked_for_its_size_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(500_000_000)
    with pytest.raises(DocumentTooLarge):
        read_path(large)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    circle = tmp_path / "circle.md"
    circle.symlink_to(circle)
    pipe = tmp_path / "pipe.md"
    os.mkfifo(pipe)
    for path in (circle, pipe, tmp_path, tmp_path / "missing.md"):
        with pytest.raises(DocumentUnreadable):
            read_path(path)


def test_a_file_without_a_date_of_its_own_has_its_change_time(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Text")
    os.utime(page, (1_700_000_000, 1_700_000_000))
    document = read_path(page)
    assert document.updated_at is not None
    assert document.updated_at.timestamp() == 1_700_000_000
    assert document.uri == page.as_uri()
