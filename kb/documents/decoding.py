"""Bytes to text. What is not valid is repaired when it is a little and refused when it is a lot."""

import codecs
import re

from kb.documents.errors import DocumentUnreadable

_BOMS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9_.:-]{2,40})""")
_COMMON_HAN = re.compile(r"[\u4e00-\u9fff，。、；：（）《》“”！？\u3000]")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What pages in English and Chinese are written in; codecs such as "hex", "zip" or utf-7 are no encodings of a page.
_ENCODINGS = frozenset({"utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5", "cp1252", "ascii"})
SAMPLE = 65_536
REPAIRABLE_SHARE = 0.02  # of all characters; above it the text is binary or of an unknown encoding


def looks_binary(data: bytes) -> bool:
    """Return whether the bytes are no text in any encoding that is tried here."""
    sample = data[:SAMPLE]
    if any(sample.startswith(bom) for bom, _ in _BOMS):
        return False
    return len(_CONTROLS.findall(sample)) > len(sample) // 100


def decode(data: bytes, *, media_type: str = "") -> tuple[str, list[str]]:
    """Return the text and notes on repairs. Raises DocumentUnreadable when it cannot be text."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _lossy(data[len(bom) :], encoding)
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    declared = _declared(data, media_type)
    if declared:
        try:
            return data.decode(declared), [f"Read as {declared}, as the document declares."]
        except (UnicodeDecodeError, LookupError):
            pass
    repaired, notes = _counted(data, "utf-8")
    if notes is not None:
        return repaired, notes
    chinese = _chinese(data)
    if chinese is not None:
        return chinese, ["Read as GB18030, because it is not UTF-8."]
    if looks_binary(data):
        raise _unreadable()
    return data.decode("cp1252", "replace"), ["Read as Windows-1252, because it is not UTF-8."]


def _declared(data: bytes, media_type: str) -> str:
    for found in (
        _DECLARED.search(media_type.encode()),
        _XML_DECLARED.search(data[:300]),
        _DECLARED.search(data[:2048]),
    ):
        if found:
            name = found[1].decode("ascii").lower()
            name = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "latin-1": "cp1252"}.get(name, name)
            try:
                info = codecs.lookup(name)
            except LookupError:
                return ""
            return name if info.name in _ENCODINGS else ""
    return ""


def _chinese(data: bytes) -> str | None:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    outside = [letter for letter in text[:SAMPLE] if letter > "\x7f"]
    common = sum(1 for letter in outside if _COMMON_HAN.match(letter))
    return text if common * 10 >= len(outside) * 9 else None


def _counted(data: bytes, encoding: str) -> tuple[str, list[str] | None]:
    text = data.decode(encoding, "replace")
    bad = text.count("\ufffd")
    if bad > len(text) * REPAIRABLE_SHARE:
        return text, None
    return text, [f"{bad:,} byte sequences were not valid {encoding.upper()} and were replaced."] if bad else []


def _lossy(data: bytes, encoding: str) -> tuple[str, list[str]]:
    text, notes = _counted(data, encoding)
    if notes is None:
        raise _unreadable()
    return text, notes


def _unreadable() -> DocumentUnreadable:
    return DocumentUnreadable(
        "The content is neither a known format nor text in a known encoding.",
        next_step="Save the document as UTF-8 text, or as one of the supported formats.",
    )
