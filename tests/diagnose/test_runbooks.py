"""Every code has its runbook in both languages, and both say the same."""

import re
from collections.abc import Iterator

import pytest

from core.data import data_file
from core.phrase import LANGUAGES, Language
from diagnose.catalogue import CODES, Code
from diagnose.runbooks import HEADINGS, Part, Runbook, runbook

FOLDER = data_file("knowledge/runbooks")
MIN_LINES, MAX_LINES = 25, 60

each_code = pytest.mark.parametrize("entry", CODES, ids=lambda entry: entry.code)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def known(code: str, language: Language) -> Runbook:
    book = runbook(code, language)
    assert book is not None
    return book


def commands(text: str) -> set[str]:
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)
    return {line.strip() for block in blocks for line in block.splitlines()}


def spans(text: str) -> set[str]:
    prose = re.sub(r"^ *```sh\n.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return set(re.findall(r"`([^`\n]+)`", prose))


def links(text: str) -> Iterator[tuple[str, str]]:
    yield from re.findall(r"\[([^\]]+)\]\(([^)]+)\)", text)


@each_language
@each_code
def test_the_front_matter_agrees_with_the_catalogue(entry: Code, language: Language) -> None:
    expected = {
        "id": entry.id,
        "code": entry.code,
        "family": entry.family,
        "title": entry.title.in_language(language),
        "language": language,
    }
    if entry.variants:
        expected["variants"] = f"[{', '.join(entry.variants)}]"

    book = known(entry.code, language)

    assert book.meta == expected
    assert book.text.startswith(f"# {book.title}\n")


@each_language
@each_code
def test_all_sections_are_there_in_order_and_none_is_empty(entry: Code, language: Language) -> None:
    book = known(entry.code, language)

    assert list(book.sections) == list(Part)
    assert re.findall(r"^## (.+)$", book.text, flags=re.MULTILINE) == list(HEADINGS[language].values())
    assert [part for part, text in book.sections.items() if not text] == []


@each_language
@each_code
def test_a_runbook_has_a_length_that_people_read(entry: Code, language: Language) -> None:
    lines = (FOLDER / f"{entry.id}.{language}.md").read_text(encoding="utf-8").splitlines()

    assert MIN_LINES <= len(lines) <= MAX_LINES


@each_language
@each_code
def test_every_variant_has_a_line_of_its_own(entry: Code, language: Language) -> None:
    signs = known(entry.code, language).sections[Part.SIGNS]
    named = [name for name in re.findall(r"^- `([^`]+)`[:：]", signs, flags=re.MULTILINE) if "<" not in name]

    assert [name for name in named if name in entry.variants] == list(entry.variants)


@each_language
@each_code
def test_the_first_remedy_names_its_risk(entry: Code, language: Language) -> None:
    actions = known(entry.code, language).sections[Part.ACTIONS]

    assert {"en": "Risk", "zh": "风险"}[language] in actions


@each_code
def test_both_languages_give_the_same_commands_and_quote_the_same_words(entry: Code) -> None:
    english, chinese = known(entry.code, "en").text, known(entry.code, "zh").text

    assert commands(english) == commands(chinese)
    assert commands(english)
    assert spans(english) == spans(chinese)


@each_code
def test_both_languages_are_what_they_say(entry: Code) -> None:
    english, chinese = known(entry.code, "en"), known(entry.code, "zh")

    assert re.search(r"[一-鿿]", english.text) is None
    for text in chinese.sections.values():
        assert re.search(r"[一-鿿]", text)


@each_language
@each_code
def test_links_lead_to_the_runbook_they_name(entry: Code, language: Language) -> None:
    for label, target in links(known(entry.code, language).text):
        other = known(label, language)
        assert target == f"{other.id}.{language}.md"
        assert (FOLDER / target).is_file()
        assert other.code != entry.code


@each_code
def test_commands_are_kubectl_and_their_placeholders_are_in_angle_brackets(entry: Code) -> None:
    for command in commands(known(entry.code, "en").text):
        assert command.startswith("kubectl ")
        assert not re.search(r"\$\{?[A-Z]+|TODO|NAMESPACE|my-", command)


def test_no_file_is_without_a_code() -> None:
    wanted = {f"{entry.id}.{language}.md" for entry in CODES for language in LANGUAGES}

    assert {path.name for path in FOLDER.iterdir()} == wanted


@each_language
def test_code_and_id_find_the_same_runbook(language: Language) -> None:
    assert runbook("OOMKilledByNode", language) == runbook("oom-killed-by-node", language)


@pytest.mark.parametrize("name", ["", "NoSuchCode", "../runbooks/oom-killed", "oom-killed.en", "oomkilled"])
def test_an_unknown_name_has_no_runbook(name: str) -> None:
    assert runbook(name, "en") is None
