"""The language of a text, judged by its scripts."""

import re

from kb.documents.document import Language

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ACCENTED = re.compile(r"[\u00c0-\u024f]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_OTHER_LETTER = re.compile(r"[\u0370-\u1fff\uac00-\ud7af]")

ZH_SHARE = 0.2  # Chinese pages on software are full of English names; English pages hold next to no Han characters
ACCENTED_PER_WORD = 0.08  # "café" and names stay far below; French, German and Spanish lie above
SAMPLE = 20_000


def language_of(text: str) -> Language:
    """Return ``zh``, ``en`` or ``other``. A Han character counts as one word, as does a run of Latin letters."""
    text = text[:SAMPLE]
    han, words = len(_HAN.findall(text)), len(_LATIN_WORD.findall(text))
    kana, foreign = len(_KANA.findall(text)), len(_OTHER_LETTER.findall(text))
    letters = han + words
    if kana * 10 > han + kana or foreign > letters * 2:
        return "other"
    if not letters:
        return "other"
    if han / letters >= ZH_SHARE:
        return "zh"
    return "other" if len(_ACCENTED.findall(text)) > words * ACCENTED_PER_WORD else "en"
