"""Dockerfiles as stages and instructions."""

import time
from dataclasses import dataclass

import pytest

from builder.parsing.dockerfile import MAX_VALUE, dockerfile, pairs, substituted


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    bases: tuple[str, ...]
    last: tuple[tuple[str, str], ...] = ()
    """Name and text of the instructions of the last stage."""
    environment: tuple[tuple[str, str], ...] = ()
    words: tuple[str, ...] | None = None
    lines: tuple[int, ...] = ()
    bodies: tuple[str, ...] = ()


CASES = (
    Case(id="one stage", text="FROM a\nRUN x\n", bases=("a",), last=(("RUN", "x"),), lines=(2,)),
    Case(id="lower case, blanks", text="  from   a  \n\trun    x  y\n", bases=("a",), last=(("RUN", "x  y"),)),
    Case(
        id="continued, with comments and empty lines between",
        text="FROM a\nRUN x \\\n  # no\n\n  && y \\\n  && z\nUSER 5\n",
        bases=("a",),
        last=(("RUN", "x && y && z"), ("USER", "5")),
        lines=(2, 7),
    ),
    Case(
        id="an escape directive",
        text="# escape=`\nFROM a\nRUN dir c:\\ `\n  /w\n",
        bases=("a",),
        last=(("RUN", "dir c:\\ /w"),),
    ),
    Case(
        id="a directive after a comment is none",
        text="# hello\n# escape=`\nFROM a\nRUN x `\n",
        bases=("a",),
        last=(("RUN", "x `"),),
    ),
    Case(
        id="syntax before escape",
        text="# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN x `\n y\n",
        bases=("a",),
        last=(("RUN", "x y"),),
    ),
    Case(id="words", text='FROM a\nCMD [ "node", "x y.js" ]\n', bases=("a",), words=("node", "x y.js")),
    Case(
        id="words that are none",
        text="FROM a\nCMD ['node', 'x']\n",
        bases=("a",),
        words=None,
        last=(("CMD", "['node', 'x']"),),
    ),
    Case(id="numbers are no words", text="FROM a\nCMD [1]\n", bases=("a",), words=None),
    Case(
        id="several stages",
        text="FROM a AS b\nFROM b as c\nFROM c\nRUN x\n",
        bases=("a", "b", "c"),
        last=(("RUN", "x"),),
    ),
    Case(id="an argument before", text="ARG V=3\nARG W=${V}.1\nFROM a:${W:-2}-${X:-slim}\n", bases=("a:3.1-slim",)),
    Case(id="an argument with no value", text="ARG V\nFROM a:${V:-9}\n", bases=("a:9",)),
    Case(
        id="an argument inside needs to be named",
        text="ARG V=3\nFROM a\nARG V\nENV X=$V Y=$Z\n",
        bases=("a",),
        environment=(("X", "3"), ("Y", "")),
    ),
    Case(
        id="variables of a parent",
        text="FROM a AS b\nENV P=80\nFROM b\nEXPOSE ${P}\n",
        bases=("a", "b"),
        last=(("EXPOSE", "80"),),
        environment=(("P", "80"),),
    ),
    Case(
        id="the old form of ENV",
        text="FROM a\nENV P some value\nWORKDIR /$P\n",
        bases=("a",),
        last=(("ENV", "P some value"), ("WORKDIR", "/some value")),
    ),
    Case(
        id="quotes",
        text="FROM a\nENV A=\"b c\" D=e\\ f G='$H'\n",
        bases=("a",),
        environment=(("A", "b c"), ("D", "e f")),
    ),
    Case(
        id="the shell's variables stay",
        text="FROM a\nENV P=1\nCMD x $P\n",
        bases=("a",),
        last=(("ENV", "P=1"), ("CMD", "x $P")),
    ),
    Case(
        id="a heredoc",
        text="FROM a\nRUN <<EOF\napt-get install x\nFROM no\nEOF\nUSER 1\n",
        bases=("a",),
        last=(("RUN", "<<EOF"), ("USER", "1")),
        bodies=("apt-get install x\nFROM no",),
    ),
    Case(
        id="two heredocs, with tabs and quotes",
        text='FROM a\nCOPY <<-A <<"B" /x/\n\tone\n\tA\ntwo\nB\nUSER 1\n',
        bases=("a",),
        bodies=("\tone", "two"),
    ),
    Case(id="a heredoc without an end", text="FROM a\nRUN <<EOF\nx\n", bases=("a",), bodies=("x",)),
    Case(
        id="a here-string is none",
        text="FROM a\nRUN cat <<<EOF\nUSER 1\n",
        bases=("a",),
        last=(("RUN", "cat <<<EOF"), ("USER", "1")),
    ),
    Case(
        id="flags",
        text="FROM --platform=$BUILDPLATFORM a AS b\nCOPY --from=x --chown=1:1 . .\n",
        bases=("a",),
        last=(("COPY", ". ."),),
    ),
    Case(id="an unknown instruction", text="FROM a\nFOO bar\n", bases=("a",), last=(("FOO", "bar"),)),
    Case(id="continued at the end", text="FROM a\nRUN x \\", bases=("a",), last=(("RUN", "x"),)),
    Case(id="Windows' line ends", text="FROM a\r\nRUN x \\\r\n y\r\n", bases=("a",), last=(("RUN", "x y"),)),
    Case(id="FROM of nothing", text="FROM $NOTHING\nFROM b\n", bases=("b",)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_dockerfile_is_read(case: Case) -> None:
    found = dockerfile(case.text)
    assert found is not None
    assert tuple(one.base for one in found.stages) == case.bases
    last = found.stages[-1]
    if case.last:
        assert tuple((one.name, one.text) for one in last.instructions) == case.last
    if case.lines:
        assert tuple(one.line for one in last.instructions) == case.lines
    assert dict(case.environment).items() <= last.environment.items()
    if case.words is not None:
        assert last.instructions[-1].words == case.words
    assert tuple(body for one in last.instructions for body in one.bodies) == case.bodies


@pytest.mark.parametrize("text", ["", "# FROM a\n", "RUN x\n", "hello\nworld\n", "ARG A=1\n", "FROM\n", "{{ FROM }}"])
def test_a_text_without_from_is_no_dockerfile(text: str) -> None:
    assert dockerfile(text) is None


def test_what_holds_for_a_stage_comes_from_its_parents() -> None:
    found = dockerfile('FROM a AS b\nCMD ["x"]\nEXPOSE 1\nFROM b\nFROM b AS z\nCMD ["y"]\n')
    assert found is not None
    plain = found.stages[1]
    assert found.image(plain) == "a"
    command = found.last(plain, "CMD")
    assert command is not None
    assert command.words == ("x",)
    assert found.stage("z") is found.stages[2]
    assert found.stage("missing") is found.stages[-1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A", "1"),
        ("${A}", "1"),
        ("${B:-2}", "2"),
        ("${E:-2}", "2"),
        ("${E-2}", ""),
        ("${A:+3}", "3"),
        ("${B:+3}", ""),
        ("\\$A", "$A"),
        ("${B:-${A}}", "1"),
        ("${A", "${A"),
        ("$", "$"),
        ("${}", ""),
        ("a$", "a$"),
        ("${B:-a}b", "ab"),
    ],
)
def test_variables_are_put_in(text: str, expected: str) -> None:
    assert substituted(text, {"A": "1", "E": ""}) == expected


def test_pairs_without_names_are_left_out() -> None:
    assert list(pairs("A=1 =2 3B=4 C=")) == [("A", "1"), ("C", "")]


HOSTILE = (
    ("doubling variables", "FROM a\nENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A\n" * 1000),
    ("deep defaults", "FROM a:" + "${A:-" * 5000 + "}" * 5000),
    ("a long continued line", "FROM a\nRUN x " + "\\\n && y " * 50_000),
    ("many stages", "".join(f"FROM a AS s{at}\n" for at in range(20_000))),
    ("many heredocs", "FROM a\nRUN " + " ".join(f"<<E{at}" for at in range(2_000)) + "\nx\n"),
    ("unended quotes", "FROM a\nENV A='" + "x" * 200_000),
    ("deep lists", "FROM a\nCMD " + "[" * 100_000),
    ("zeros and controls", "FROM a\nRUN \x00\x01\x02\nCMD \x7f\n"),
)


@pytest.mark.parametrize("text", [one for _, one in HOSTILE], ids=[name for name, _ in HOSTILE])
def test_a_hostile_file_costs_little(text: str) -> None:
    begun = time.perf_counter()
    found = dockerfile(text)
    assert time.perf_counter() - begun < 5
    assert found is None or all(len(value) <= 200_100 for one in found.stages for value in one.environment.values())


def test_a_variable_that_grows_without_end_is_dropped() -> None:
    found = dockerfile("FROM a\nENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A\n" * 50)
    assert found is not None
    assert len(found.stages[0].environment["A"]) <= MAX_VALUE
