"""PDF and Office files are read in a child that can be stopped."""

import pytest

from kb.documents.errors import DocumentBroken, DocumentEncrypted, DocumentTooLarge
from kb.documents.isolated import read_guarded
from kb.documents.limits import Limits
from kb.documents.reading import read
from tests.kb.documents import made

BUSY = b"%PDF-1.4\n" + b"1 0 obj\n<< /A " + b"[" * 400_000


def test_the_child_reads_what_the_parent_would() -> None:
    for name, data in (("a.docx", made.word()), ("a.pdf", made.pdf(["Text"])), ("a.md", b"# T\n\nText")):
        assert read_guarded(data, uri="x", name=name, version="2") == read(data, uri="x", name=name, version="2")


def test_the_childs_errors_are_the_parents() -> None:
    with pytest.raises(DocumentEncrypted, match="password"):
        read_guarded(made.encrypted_pdf(), uri="x")
    with pytest.raises(DocumentBroken):
        read_guarded(made.word()[:3_000], uri="x")


def test_a_child_without_enough_memory_is_a_document_too_large() -> None:
    with pytest.raises(DocumentTooLarge):
        read_guarded(made.workbook([("n", "v")] * 60_000), uri="x", limits=Limits(max_memory_bytes=96 * 1024 * 1024))


def test_a_child_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(DocumentTooLarge, match="longer than"):
        read_guarded(made.workbook([("n", "v")] * 60_000), uri="x", limits=Limits(seconds=0.05))
