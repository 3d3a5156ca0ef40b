"""Each rule: what it must find, on which line, and what it must leave alone."""

import pytest

from builder.lint import Severity, Surroundings, linted
from builder.lint.rules import RULES
from core.evidence import FileSource
from tests.builder.lint.cases import CASES, ENTRY, ENTRY_EXEC, Case


def found(text: str, code: str, around: Surroundings) -> list[int]:
    return [one.line for one in linted(text, "Dockerfile", around) if one.code == code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}:{case.wrong.splitlines()[-1][:40]}")
def test_what_is_wrong_is_found_on_its_line(case: Case) -> None:
    assert found(case.wrong, case.code, case.around) == [case.line]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}:{case.right.splitlines()[-1][:40]}")
def test_the_right_form_is_left_alone(case: Case) -> None:
    assert found(case.right, case.code, case.around) == []


def test_every_rule_has_a_case_a_page_and_a_title() -> None:
    assert {one.code for one in CASES} == {one.code for one in RULES}
    assert len({one.code for one in RULES}) == len(RULES) >= 40
    for one in RULES:
        assert one.docs.startswith("https://")
        assert one.title.startswith("Find ")
        assert one.title.endswith((".", "?"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_finding_quotes_its_line_and_speaks_both_languages(case: Case) -> None:
    lines = case.wrong.splitlines()
    for one in linted(case.wrong, "a/Dockerfile", case.around):
        assert isinstance(one.evidence.source, FileSource)
        assert one.evidence.source.path == "a/Dockerfile"
        assert one.evidence.quote
        assert one.evidence.quote in lines[one.line - 1]
        assert one.text.en
        assert one.text.zh
        assert one.text.en != one.text.zh


@pytest.mark.parametrize(
    "comment",
    ["# hadolint ignore=DL3006", "# sextant ignore=base.untagged", "# hadolint ignore=DL3025,DL3006 since it is so"],
)
def test_a_comment_above_silences_a_finding(comment: str) -> None:
    assert found(f"{comment}\nFROM debian\n", "base.untagged", Surroundings()) == []
    assert found(f"{comment}\n\nFROM debian\n", "base.untagged", Surroundings()) == [3]


@pytest.mark.parametrize("comment", ["# check=skip=WorkdirRelativePath", "# hadolint global ignore=DL3000"])
def test_a_directive_silences_a_rule_in_the_whole_file(comment: str) -> None:
    assert found(f"{comment}\nFROM a:1\nWORKDIR app\n", "file.workdir", Surroundings()) == []


def test_no_dockerfile_is_one_finding() -> None:
    (one,) = linted("hello\n")
    assert (one.code, one.severity, one.line) == ("file.broken", Severity.ERROR, 0)


def test_a_script_with_exec_is_well() -> None:
    text = 'FROM a:1\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n'
    assert found(text, "command.script", ENTRY) == [3]
    assert found(text, "command.script", ENTRY_EXEC) == []


def test_no_secret_is_quoted() -> None:
    for one in linted("FROM a:1\nENV DB_PASSWORD=hunter2x\nRUN curl -u ada:hunter2x https://a.example\n"):
        assert "hunter2x" not in one.evidence.quote
        assert "hunter2x" not in one.text.en


HOSTILE = (
    "FROM",
    "FROM \\\n",
    "FROM a\nRUN <<EOF",
    "FROM a\nRUN [\n",
    "FROM a\nCMD [1]\n",
    "FROM a\nRUN \\\n\\\n\\",
    "# escape=`\nFROM a\nRUN `\n",
    "FROM a\n" + "RUN " + "a && " * 5_000 + "b\n",
    "FROM a\nENV " + "A=$A$A " * 500,
    "FROM a\nRUN " + "(" * 2_000,
    "FROM \x00\x0b\x1c a\nRUN \u2028 b\n",
    "FROM a\r\nRUN apt-get update\r\nRUN apt-get install x\r\n",
    "FROM a\n" * 3_000,
    "FROM a\nLABEL " + "=" * 5_000,
    "FROM a\n"
    + "\n".join(
        [
            "USER",
            "EXPOSE",
            "COPY",
            "ADD",
            "HEALTHCHECK",
            "SHELL",
            "ARG",
            "ENV",
            "WORKDIR",
            "VOLUME",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "STOPSIGNAL",
        ]
    ),
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_broken_and_hostile_files_are_read_in_time(text: str) -> None:
    for one in linted(text):
        assert one.text.en
