"""Search results, answers and opened passages as text. Foreign text is shown without what a terminal would obey."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cli.knowledge_words import (
    ADDED,
    BECAUSE,
    BY_MODEL,
    BY_PASSAGES,
    COPIES,
    FACTORS,
    MATCHED,
    MEANING,
    NOT_AMONG,
    NOT_HERE,
    NOT_HERE_NEXT,
    NOTHING_FOUND,
    RANK,
    SEARCHED,
    SEVERAL,
    SOURCES,
    SUPPORT,
    UPDATED,
    VERDICTS,
    VERSION,
    WORDS,
    clean,
    clean_lines,
    day,
    in_words,
    shortened,
    width,
)

Paint = Callable[[str, str], str]

SNIPPET_LINES = 3
"""Lines of a passage under each hit: enough to see whether it is worth opening."""
INDENT = "     "


def search_text(result: dict[str, Any], language: str, paint: Paint, columns: int) -> str:
    """Return the passages of a search, best first, each with where it stands and its first lines."""
    return "\n".join(_search(result, language, paint, columns)) + "\n"


def _search(result: dict[str, Any], language: str, paint: Paint, columns: int) -> Iterator[str]:
    explained = any(found["why"] for found in result["found"])
    if explained:
        yield f"{in_words(SEARCHED, language)}: {clean(result['asked'])} ({result['language']}, {result['model']})"
        for extra in result["additions"]:
            because = f"{in_words(BECAUSE, language)} {clean(extra['because'])}"
            yield f"{in_words(ADDED, language)}: {extra['text']} ({because})"
        yield ""
    for place, found in enumerate(result["found"], start=1):
        passage = found["passage"]
        yield f"{place:>3}  {paint('title', heading_of(passage))}"
        yield INDENT + paint("dim", place_of(passage, language))
        for line in snippet(passage, columns - len(INDENT)):
            yield INDENT + line
        if found["why"]:
            for line in why(found, language, result["asked"]):
                yield INDENT + paint("dim", line)
        if found["also_in"]:
            yield INDENT + paint("dim", f"{in_words(COPIES, language)}: {clean(', '.join(found['also_in'][:3]))}")
        yield INDENT + paint("command", f"sextant kb open {passage['id']}")
        yield ""
    if not result["found"]:
        yield in_words(NOTHING_FOUND, language)
    for note in result["notes"]:
        yield paint("warn", clean(note))


def heading_of(passage: dict[str, Any]) -> str:
    """Return title and headings of a passage or citation; its address where it has none."""
    parts = [part for part in (passage["title"], *passage["heading_path"]) if part]
    return clean(" > ".join(dict.fromkeys(parts)) or passage["uri"])


def place_of(passage: dict[str, Any], language: str) -> str:
    """Return the address of a passage or citation with version and date where they are known."""
    parts = [clean(passage["uri"])]
    if passage["version"]:
        parts.append(f"{in_words(VERSION, language)} {clean(passage['version'])}")
    if passage["updated_at"]:
        parts.append(f"{in_words(UPDATED, language)} {day(passage['updated_at'])}")
    return " · ".join(parts)


def snippet(passage: dict[str, Any], columns: int) -> list[str]:
    """Return the first lines of a passage: prose wrapped, code and tables as they stand."""
    text = clean_lines(passage["text"]).strip("\n")
    if passage["kind"] == "text":
        lines = wrapped(clean(" ".join(text.split())), columns)
    else:
        lines = [shortened(line, columns) for line in text.splitlines() if line.strip()]
    if len(lines) > SNIPPET_LINES:
        lines = lines[:SNIPPET_LINES]
        lines[-1] = shortened(lines[-1] + " …", columns)
    return lines


def why(found: dict[str, Any], language: str, asked: str) -> Iterator[str]:
    """Yield how a passage came to its score."""
    parts = found["why"]
    yield (
        f"{found['score']:.3f} = ({leg(parts, 'dense', in_words(MEANING, language), language)} + "
        f"{leg(parts, 'lexical', in_words(WORDS, language), language)}) × "
        + in_words(FACTORS, language).format(weight=parts["weight"], recency=parts["recency"])
        + (in_words(SUPPORT, language).format(support=parts["support"]) if parts["support"] else "")
    )
    if matched := [*joined(parts["matched"], asked), *(f"+{text}" for text in parts["added"])]:
        yield f"{in_words(MATCHED, language)}: {clean(', '.join(matched))}"


def joined(terms: Sequence[str], asked: str) -> list[str]:
    """Return terms as they stand in the question: pairs of Chinese characters that overlap become one stretch."""
    pairs = [term for term in terms if width(term) == 2 * len(term)]
    covered = [False] * len(asked)
    for pair in pairs:
        at = asked.find(pair)
        while at >= 0:
            covered[at : at + len(pair)] = [True] * len(pair)
            at = asked.find(pair, at + 1)
    stretches = "".join(one if held else "\n" for one, held in zip(asked, covered, strict=True)).split()
    return [*dict.fromkeys(stretches), *(term for term in terms if term not in pairs)]


def leg(parts: dict[str, Any], name: str, label: str, language: str) -> str:
    """Return what one half of a search adds to a score."""
    rank = parts[f"{name}_rank"]
    if rank is None:
        return f"{label} 0 ({in_words(NOT_AMONG, language)})"
    ordinal = f"{in_words(RANK, language)} {rank}" if language != "zh" else f"第 {rank} 位"
    return f"{label} {parts[f'{name}_share']:.3f} ({ordinal})"


def answer_text(answer: dict[str, Any], language: str, paint: Paint, columns: int) -> str:
    """Return an answer: its sentences with the numbers of their citations, then the citations."""
    if answer["verdict"] == "not_in_knowledge_base":
        notes = _notes(answer, paint, columns)
        return "\n".join(
            [in_words(NOT_HERE, language), *notes, *wrapped(in_words(NOT_HERE_NEXT, language), columns), ""]
        )
    lines: list[str] = []
    prose: list[str] = []
    for sentence in answer["sentences"]:
        marks = ranges(sentence["citations"])
        if sentence["kind"] == "text":
            prose.append(f"{clean_lines(sentence['text']).strip()} {paint('command', marks)}".rstrip())
            continue
        lines += [*_paragraph(prose, columns), ""] if prose else []
        prose = []
        lines += [f"    {line}" for line in clean_lines(sentence["text"]).splitlines()]
        lines += [f"    {paint('command', marks)}", ""]
    lines += [*_paragraph(prose, columns), ""] if prose else []
    by = BY_MODEL if answer["by"] == "model" else BY_PASSAGES
    verdict = in_words(VERDICTS[answer["verdict"]], language)
    style = "ok" if answer["verdict"] == "answered" else "warn"
    lines.append(f"{paint(style, verdict)} {paint('dim', '· ' + in_words(by, language))}")
    lines += _notes(answer, paint, columns)
    lines += ["", paint("title", in_words(SOURCES, language))]
    lines += _sources(answer["citations"], language, paint)
    return "\n".join(lines) + "\n"


def _sources(citations: Sequence[dict[str, Any]], language: str, paint: Paint) -> Iterator[str]:
    """Yield each page once, with the numbers that point at it and the commands that open what it was cited for."""
    pages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for citation in citations:
        pages.setdefault((citation["document"], place_of(citation, language)), []).append(citation)
    for (_, place), cited in pages.items():
        headings = list(
            dict.fromkeys(" > ".join(map(clean, one["heading_path"])) for one in cited if one["heading_path"])
        )
        title = clean(cited[0]["title"] or cited[0]["uri"])
        parts = in_words(SEVERAL, language).join(headings)
        heading = f"{title} > {parts}" if parts and headings != [title] else title
        yield f"{paint('command', ranges([one['number'] for one in cited]))} {heading}"
        yield INDENT + paint("dim", place)
        for passage in dict.fromkeys(one["passage"] for one in cited):
            yield INDENT + paint("command", f"sextant kb open {passage}")


def ranges(numbers: Sequence[int]) -> str:
    """Return the numbers of citations as they stand in a text: ``[1]``, ``[1-3]``, ``[1-3, 5]``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return f"[{', '.join(str(run[0]) if len(run) == 1 else f'{run[0]}-{run[-1]}' for run in runs)}]" if runs else ""


def answer_markdown(answer: dict[str, Any], language: str) -> str:
    """Return an answer as Markdown, its citations as links."""
    if answer["verdict"] == "not_in_knowledge_base":
        return f"**{in_words(NOT_HERE, language)}**\n\n{in_words(NOT_HERE_NEXT, language)}\n"
    lines: list[str] = []
    for sentence in answer["sentences"]:
        marks = "".join(f"[^{number}]" for number in sentence["citations"])
        if sentence["kind"] == "code":
            lines += ["", "```", clean_lines(sentence["text"]), "```", marks, ""]
        elif sentence["kind"] == "table":
            lines += ["", clean_lines(sentence["text"]), "", marks, ""]
        else:
            lines.append(f"{clean(sentence['text'])}{marks}")
    lines.append("")
    for citation in answer["citations"]:
        lines.append(f"[^{citation['number']}]: {heading_of(citation)}, <{clean(citation['uri'])}>")
    return "\n".join(lines).strip("\n") + "\n"


def passage_text(passage: dict[str, Any], language: str, paint: Paint) -> str:
    """Return a passage in its surroundings. What is cited is marked with a bar, so that it shows without colours."""
    around, own = passage["parent_text"], passage["text"]
    start = passage["span"]["start"] - passage["parent"]["start"]
    end = passage["span"]["end"] - passage["parent"]["start"]
    lines = [paint("title", heading_of(passage)), paint("dim", place_of(passage, language)), ""]
    if not 0 <= start < end <= len(around):
        around, start, end = own, 0, len(own)
    offset = 0
    for raw in around.split("\n"):
        cited = offset < end and offset + len(raw) > start
        shown = clean_lines(raw)
        lines.append(f"{paint('command', '▌')} {paint('title', shown)}" if cited and shown else f"  {shown}".rstrip())
        offset += len(raw) + 1
    return "\n".join(lines).rstrip("\n") + "\n"


def document_text(document: dict[str, Any], text: dict[str, Any], paint: Paint) -> str:
    """Return the text of a document, or the stretch of it that was asked for."""
    head = [paint("title", clean(document["title"] or document["uri"])), paint("dim", clean(document["uri"])), ""]
    if text["start"] or text["end"] < text["total"]:
        head[1] += paint("dim", f" · characters {text['start']:,} to {text['end']:,} of {text['total']:,}")
    return "\n".join([*head, clean_lines(text["text"])]) + "\n"


def wrapped(text: str, columns: int) -> list[str]:
    """Wrap prose to so many columns. Chinese has no spaces to break at: it breaks anywhere."""
    if width(text) == len(text):
        return textwrap.wrap(text, max(20, columns), break_on_hyphens=False, break_long_words=False) or [""]
    lines, line, taken = [], "", 0
    for piece in _pieces(text):
        size = width(piece)
        if taken + size > columns and line:
            lines.append(line.rstrip())
            line, taken = "", 0
            piece = piece.lstrip()
            size = width(piece)
        line += piece
        taken += size
    return [*lines, line.rstrip()]


def _pieces(text: str) -> Iterator[str]:
    """Yield words of Latin letters whole, and every other character alone."""
    word = ""
    for one in text:
        if width(one) == 1 and one != " ":
            word += one
            continue
        if word:
            yield word
            word = ""
        yield one
    if word:
        yield word


def _paragraph(prose: Sequence[str], columns: int) -> list[str]:
    lines: list[str] = []
    for line in "\n".join(prose).splitlines():
        lines += wrapped(line, columns)
    return lines


def _notes(answer: dict[str, Any], paint: Paint, columns: int) -> list[str]:
    return [paint("warn", line) for note in answer["notes"] for line in wrapped(clean(note), columns)]
