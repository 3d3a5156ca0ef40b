"""Questions that the corpus itself gives: definitions and paragraphs withheld from the index, titles, alert names.

Which pages are taken is decided by the hash of their path, so the same corpus always gives the same questions.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evals.retrieval.corpus import DOCS, Corpus
from evals.retrieval.questions import LANGUAGES, Question

EACH = 60
"""Questions of each kind and language: enough for an interval of about ten points."""

GLOSSARY = "reference/glossary/"
PROSE = ("concepts/", "tasks/", "setup/", "tutorials/")
"""Parts of the documentation with paragraphs; the rest is generated or lists."""

LENGTHS = {"en": (160, 600), "zh": (70, 300)}
"""Characters of a paragraph that says enough to be recognised and is short enough to be asked."""

ALERT_FORMS = ("{}", "{} is firing, what do I do", "告警 {} 怎么处理")
NO_ALERTS = frozenset({"README", "_index", "add-runbook", "default", "example"})

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FENCE = re.compile(r"^ *(```|~~~).*?^ *\1", re.DOTALL | re.MULTILINE)
_PARAGRAPH = re.compile(r"(?:\A|\n\n)([A-Z\u4e00-\u9fff][^\n]+(?:\n(?![-*+>|#\s{<]|\d+\.)[^\n]+)*)(?=\n\n|\n?\Z)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Questions and what must be missing from the index for them: whole pages, and one paragraph of a page."""

    questions: tuple[Question, ...]
    without: tuple[str, ...]
    cuts: dict[str, str]


def build(corpus: Corpus, withheld: Iterable[str]) -> Built:
    """Build all questions. ``withheld`` are pages that are missing for other reasons."""
    gone = {page for path in withheld for page in corpus.every(path)}
    kept = [page for page in corpus.pages if page not in gone]
    glossary, terms = _glossary(corpus, kept)
    gone |= terms
    paragraphs, cuts = _paragraphs(corpus, kept)
    questions = (*glossary, *paragraphs, *_titles(corpus, kept), *_alerts(kept))
    return Built(questions=questions, without=tuple(sorted(gone)), cuts=cuts)


def _order(pages: Iterable[str]) -> list[str]:
    return sorted(pages, key=lambda page: hashlib.sha256(page.encode()).digest())


def _field(text: str, name: str) -> str:
    """Return a field of the front matter, folded lines joined."""
    head = text.split("\n---", 1)[0]
    found = re.search(rf"^{name}:[ \t]*(?:>-?|\|-?)?[ \t]*(.*(?:\n[ \t]+\S.*)*)", head, re.MULTILINE)
    return " ".join(found[1].split()).strip("\"'") if found else ""


def _glossary(corpus: Corpus, kept: Sequence[str]) -> tuple[list[Question], set[str]]:
    """Ask with a definition for the page that explains the term. The definitions leave the index."""
    known, questions, terms = set(kept), [], set[str]()
    for page in _order(page for page in kept if page.startswith(f"{DOCS['en']}/{GLOSSARY}")):
        name = page.rpartition("/")[2].removesuffix(".md")
        link = re.match(r"/docs/([^#]+?)/?(?:#|$)", _field(corpus.text(page), "full_link"))
        ends = (f"{link[1]}.md", f"{link[1]}/_index.md") if link else ()
        for language in LANGUAGES:
            own = page.replace(DOCS["en"], DOCS[language])
            gold = tuple(path for end in ends if (path := f"{DOCS[language]}/{end}") in known)
            text = _field(corpus.text(own), "short_description") if own in known else ""
            if gold and text:
                identity = f"glossary-{language}-{name}"
                questions.append(Question(id=identity, group="glossary", language=language, text=text, gold=gold))
                terms |= set(corpus.every(page.removeprefix(f"{DOCS['en']}/")))
        if len(questions) >= EACH * len(LANGUAGES):
            break
    return questions, terms


def _paragraphs(corpus: Corpus, kept: Sequence[str]) -> tuple[list[Question], dict[str, str]]:
    """Ask with a paragraph for its page; the paragraph leaves the page."""
    questions, cuts = [], {}
    for language in LANGUAGES:
        pages = [page for page in kept if page.startswith(f"{DOCS[language]}/")]
        whole, found = "\n\n\n".join(corpus.text(page) for page in pages), 0
        for page in _order(page for page in pages if page.startswith(tuple(f"{DOCS[language]}/{p}" for p in PROSE))):
            paragraph = _paragraph(corpus.text(page), language)
            if paragraph and found < EACH and whole.count(paragraph) == 1:  # not what many pages say
                found += 1
                cuts[page] = paragraph
                text = " ".join(_LINK.sub(r"\1", paragraph).replace("**", "").replace("`", "").split())
                identity = f"paragraph-{page}"
                questions.append(Question(id=identity, group="paragraphs", language=language, text=text, gold=(page,)))
    return questions, cuts


def _paragraph(text: str, language: str) -> str:
    """Return the first by hash of the page's paragraphs that are plain prose of the right length, or nothing."""
    shown = _FENCE.sub("\n\n```\n\n", _COMMENT.sub("", text.split("\n---", 1)[-1]))
    least, most = LENGTHS[language]
    fit = [
        paragraph
        for paragraph in _PARAGRAPH.findall(shown)
        if least <= len(paragraph) <= most
        and "{{" not in paragraph
        and bool(_HAN.search(paragraph)) == (language == "zh")
        and text.count(paragraph) == 1
    ]
    return _order(fit)[0] if fit else ""


def _titles(corpus: Corpus, kept: Sequence[str]) -> Iterator[Question]:
    """Ask with the title of a page for the same page in the other language, among the pages of that language."""
    known = set(kept)
    for language, other in (("zh", "en"), ("en", "zh")):
        found = 0
        for page in _order(page for page in kept if page.startswith(f"{DOCS[language]}/")):
            twin = page.replace(DOCS[language], DOCS[other])
            path = page.removeprefix(f"{DOCS[language]}/")
            if found >= EACH or twin not in known or not path.startswith(PROSE):
                continue
            title, theirs = _field(corpus.text(page), "title"), _field(corpus.text(twin), "title")
            if title and title != theirs and bool(_HAN.search(title)) == (language == "zh") and " " in title + theirs:
                found += 1
                yield Question(
                    id=f"title-{page}", group="titles", language=language, text=title, gold=(twin,), pages=(other,)
                )


def _alerts(kept: Sequence[str]) -> Iterator[Question]:
    """Ask by the name of an alert for its runbook; where vendors share a name, each runbook is right."""
    runbooks: dict[str, list[str]] = {}
    for page in kept:
        name = page.rpartition("/")[2].removesuffix(".md")
        if not page.startswith(tuple(DOCS.values())) and name not in NO_ALERTS and "/helpers/" not in page:
            runbooks.setdefault(name, []).append(page)
    for name, pages in runbooks.items():
        form = ALERT_FORMS[hashlib.sha256(name.encode()).digest()[1] % len(ALERT_FORMS)]
        language = "zh" if _HAN.search(form) else "en"
        yield Question(id=f"alert-{name}", group="alerts", language=language, text=form.format(name), gold=tuple(pages))
