"""PDF and Office files, made by the libraries that others make them with."""

from datetime import UTC, datetime

from kb.documents.reading import read
from tests.kb.documents import made


def test_a_pdf_is_its_paragraphs_without_running_lines() -> None:
    pages = [f"Handbook of probes\nPage {n} tells about exit code {n}.\n{n}" for n in range(1, 7)]
    document = read(made.pdf(pages, title="Handbook"), uri="file:///h.pdf")
    assert (document.title, document.updated_at) == ("Handbook", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert "exit code 3" in document.text
    assert "Handbook of probes" not in document.text


def test_scanned_pages_are_counted() -> None:
    document = read(made.pdf(["Text", ""]), uri="file:///h.pdf")
    assert document.notes == ("1 of 2 pages hold no text; they may be scanned pictures.",)


def test_a_word_document_keeps_headings_lists_and_tables() -> None:
    document = read(made.word(), uri="file:///g.docx")
    assert document.title == "On-call guide"
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "When pods restart"),
        ("text", "Look at the last state first."),
        ("list", "- read the events\n- read the logs"),
        ("table", "Code | Meaning\n137 | killed"),
        ("text", "After the table."),
    ]


def test_a_slide_is_a_section_with_its_notes() -> None:
    document = read(made.slides(), uri="file:///s.pptx", name="roll-back.pptx")
    assert [(block.kind, block.text) for block in document.blocks] == [
        ("heading", "Rollback"),
        ("list", "- Stop the rollout\n- Return to the last revision"),
        ("text", "Say who decides."),
    ]


def test_a_workbook_is_its_visible_sheets() -> None:
    document = read(made.workbook(), uri="file:///p.xlsx")
    assert document.text == "Ports\n\nport | owner\n8080 | web\n5432 | db"


def test_a_long_sheet_repeats_its_header_in_each_block() -> None:
    document = read(made.workbook([("n", "v"), *((n, "x") for n in range(4_500))]), uri="file:///p.xlsx")
    tables = [block for block in document.blocks if block.kind == "table"]
    assert len(tables) == 3
    assert all(table.text.startswith("n | v\n") for table in tables)
    assert sum(table.text.count("\n") for table in tables) == 4_500
