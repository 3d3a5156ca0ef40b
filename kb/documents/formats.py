"""Which format a document has: by its content first, by its name and declared media type only then."""

import re
from dataclasses import dataclass
from typing import Literal

from kb.documents import archives
from kb.documents.decoding import decode, looks_binary
from kb.documents.errors import DocumentEmpty, DocumentEncrypted, DocumentMislabelled, DocumentUnreadable

Format = Literal["markdown", "html", "pdf", "docx", "pptx", "xlsx", "csv", "text", "yaml", "json", "notebook"]
OFFICE: tuple[tuple[str, Format], ...] = (
    ("word/document.xml", "docx"),
    ("ppt/presentation.xml", "pptx"),
    ("xl/workbook.xml", "xlsx"),
)
SUFFIXES: dict[str, Format] = {
    "md": "markdown", "markdown": "markdown", "mdx": "markdown", "mkd": "markdown",
    "html": "html", "htm": "html", "xhtml": "html", "shtml": "html",
    "pdf": "pdf", "docx": "docx", "docm": "docx", "pptx": "pptx", "pptm": "pptx", "xlsx": "xlsx", "xlsm": "xlsx",
    "csv": "csv", "tsv": "csv", "txt": "text", "text": "text", "log": "text", "rst": "text", "adoc": "text",
    "yaml": "yaml", "yml": "yaml", "json": "json", "ipynb": "notebook",
}  # fmt: skip
MEDIA_TYPES: dict[str, Format] = {
    "text/markdown": "markdown", "text/html": "html", "application/xhtml+xml": "html", "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv", "text/tab-separated-values": "csv", "application/yaml": "yaml", "application/x-yaml": "yaml",
    "text/yaml": "yaml", "application/json": "json", "application/x-ipynb+json": "notebook",
}  # fmt: skip
_BINARY: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", "a PNG picture"), (b"\xff\xd8\xff", "a JPEG picture"), (b"GIF8", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"), (b"7z\xbc\xaf", "a 7-Zip archive"), (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"), (b"BZh", "a bzip2 archive"), (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"\x7fELF", "a program"), (b"MZ\x90", "a program"), (b"SQLite format 3", "a database"),
    (b"\x00\x00\x00\x1cftyp", "a video"), (b"OggS", "a recording"), (b"ID3", "a recording"),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_PACKED: frozenset[Format] = frozenset({"pdf", "docx", "pptx", "xlsx"})
_HTML = re.compile(
    r"^\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_MANIFEST = re.compile(r"^(?:apiVersion|kind|openapi|swagger)\s*:", re.MULTILINE)
_MARKDOWN = re.compile(r"^(?:#{1,6} \S|```|\+\+\+$|- \[)|\]\(\S+\)", re.MULTILINE)
_FRONT_MATTER = re.compile(r"^(---|\+\+\+)\s*\n.{0,20000}?\n\1\s*(?:\n|$)", re.DOTALL)
HEAD = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sniffed:
    """The format, the decoded text for textual formats, and what to tell about a name that does not fit."""

    format: Format
    text: str = ""
    notes: tuple[str, ...] = ()


def sniff(data: bytes, *, name: str = "", media_type: str = "") -> Sniffed:
    """Return the format of ``data``. Raises document errors for empty, binary, encrypted and mislabelled content."""
    if not data.strip(b"\x00\x09\x0a\x0d\x20\xef\xbb\xbf"):
        raise DocumentEmpty("The document has no content.", next_step="Check that the file was saved or fetched whole.")
    named = _by_name(name, media_type)
    packed = _packed(data, named)
    if packed is not None:
        notes = (f"The name says {named}, the content is {packed}; it was read as {packed}.",)
        return Sniffed(format=packed, notes=notes if named not in (None, packed) else ())
    if named in _PACKED and not _is_html(data):
        raise DocumentMislabelled(
            f"The name says {named}, but the content is not a {named} file.",
            next_step="Check that the download did not end in an error page, and name the file by what it holds.",
        )
    if looks_binary(data):
        what = f"The name says {named}, but the content" if named else "The content"
        raise (DocumentMislabelled if named else DocumentUnreadable)(
            f"{what} is binary and of no known format.", next_step="Convert it to a supported format."
        )
    text, notes_list = decode(data, media_type=media_type)
    found = _textual(text, named)
    if named in _PACKED:
        notes_list.append(f"The name says {named}, the content is {found}; it was read as {found}.")
    return Sniffed(format=found, text=text, notes=tuple(notes_list))


def _by_name(name: str, media_type: str) -> Format | None:
    stem = re.split(r"[?#]", name, maxsplit=1)[0].rstrip("/")
    suffix = stem.rpartition("/")[2].rpartition(".")[2].lower()
    return SUFFIXES.get(suffix) or MEDIA_TYPES.get(media_type.partition(";")[0].strip().lower())


def _packed(data: bytes, named: Format | None) -> Format | None:
    """Return the format of a binary container; None for what may be text."""
    if b"%PDF-" in data[:1024] and (data.startswith(b"%PDF-") or named in (None, "pdf")):
        return "pdf"
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        names = archives.entries(data)
        for part, format_ in OFFICE:
            if part in names:
                return format_
        if named in _PACKED:
            raise DocumentMislabelled(f"The name says {named}, but the content is another kind of ZIP archive.")
        raise DocumentUnreadable("The file is a ZIP archive.", next_step="Unpack it and add the files inside.")
    if data.startswith(_OLE):
        if _OLE_ENCRYPTED in data[: 8 * 1024 * 1024]:
            raise DocumentEncrypted(
                "The Office file is protected by a password.", next_step="Save a copy without a password and add that."
            )
        raise DocumentUnreadable(
            "The file has the Office format of before 2007.", next_step="Save it as docx, pptx or xlsx."
        )
    for magic, what in _BINARY:
        if data.startswith(magic) and looks_binary(data):
            if named is not None:
                raise DocumentMislabelled(f"The name says {named}, but the content is {what}.")
            raise DocumentUnreadable(f"The file is {what}; there is no text in it to read.")
    return None


def _is_html(data: bytes) -> bool:
    return not looks_binary(data) and bool(_HTML.match(data[:HEAD].decode("utf-8", "replace")))


def _textual(text: str, named: Format | None) -> Format:
    head = text[:HEAD]
    if _HTML.match(head) and named != "markdown":
        return "html"
    if named in ("markdown", "csv", "html", "notebook", "yaml", "json"):
        if named == "json" and '"nbformat"' in text and '"cells"' in text:
            return "notebook"
        return named
    start = head.lstrip()
    if start.startswith("{") and '"nbformat"' in text and '"cells"' in text:
        return "notebook"
    if start.startswith("{") and re.search(r'"(?:openapi|swagger|apiVersion|\$schema)"\s*:', head):
        return "json"
    if named == "text":
        return "text"
    if matter := _FRONT_MATTER.match(head):
        rest = head[matter.end() :]
        return "yaml" if _MANIFEST.search(head) and not _MARKDOWN.search(rest) else "markdown"
    if len(_MANIFEST.findall(head)) >= 2 or head.startswith(("openapi:", "swagger:")):
        return "yaml"
    return "markdown" if _MARKDOWN.search(head) else "text"
