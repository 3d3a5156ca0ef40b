"""Small real files of every packed format, made where a test needs them."""

import io
import zipfile
from collections.abc import Sequence

import docx
import openpyxl
import pptx
from pypdf import PdfReader, PdfWriter


def pdf(pages: Sequence[str], *, title: str = "") -> bytes:
    """Return a PDF with one line of text for each line of each page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for page in pages:
        lines = [line.replace("(", r"\(").replace(")", r"\)") for line in page.split("\n")]
        stream = "BT /F1 12 Tf 14 TL 72 720 Td " + " ".join(f"({line}) Tj T*" for line in lines) + " ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        resources = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        contents = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources {resources} /Contents {contents} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{out.index('xref')}\n%%EOF\n"
    data = out.encode("latin-1")
    return _with_title(data, title) if title else data


def encrypted_pdf() -> bytes:
    """Return a PDF that needs a password."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(["secret"]))))
    writer.encrypt("pa55", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def word() -> bytes:
    """Return a Word document with headings, a list and a table."""
    document = docx.Document()
    document.core_properties.title = "On-call guide"
    document.add_heading("When pods restart", 1)
    document.add_paragraph("Look at the last state first.")
    document.add_paragraph("read the events", style="List Bullet")
    document.add_paragraph("read the logs", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(
        (*table.rows[0].cells, *table.rows[1].cells), ("Code", "Meaning", "137", "killed"), strict=True
    ):
        cell.text = text
    document.add_paragraph("After the table.")
    return _saved(document)


def slides() -> bytes:
    """Return a presentation of one slide with notes."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    assert slide.shapes.title is not None
    slide.shapes.title.text = "Rollback"
    slide.placeholders[1].text_frame.text = "Stop the rollout\nReturn to the last revision"
    notes = slide.notes_slide.notes_text_frame
    assert notes is not None
    notes.text = "Say who decides."
    return _saved(presentation)


def workbook(rows: Sequence[Sequence[object]] = (("port", "owner"), (8080, "web"), (5432, "db"))) -> bytes:
    """Return a workbook with one visible and one hidden sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Ports"
    for row in rows:
        sheet.append(list(row))
    hidden = book.create_sheet("Scratch")
    hidden.append(["not for reading"])
    hidden.sheet_state = "hidden"
    return _saved(book)


def archive(parts: dict[str, bytes]) -> bytes:
    """Return a compressed ZIP archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return out.getvalue()


def _with_title(data: bytes, title: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.add_metadata({"/Title": title, "/ModDate": "D:20260102030405Z"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _saved(document: object) -> bytes:
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()
