"""Variables in values, and files of variables."""

from dataclasses import dataclass, field

import pytest

from builder.compose.dotenv import variables
from builder.compose.errors import ComposeBroken
from builder.compose.interpolating import NotGiven, filled

KNOWN = {"A": "a", "EMPTY": ""}


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    text: str
    value: str


CASES = (
    Case(id="plain", text="$A-${A}", value="a-a"),
    Case(id="unknown", text="x${NO}y", value="xy"),
    Case(id="escaped", text="$$A $${A} $$$$", value="$A ${A} $$"),
    Case(id="default", text="${NO:-b} ${NO-b} ${EMPTY:-b} ${EMPTY-b}", value="b b b "),
    Case(id="default within a default", text="${NO:-${OTHER:-c}}", value="c"),
    Case(id="replaced", text="${A:+b} ${EMPTY:+b} ${EMPTY+b} ${NO+b}", value="b  b "),
    Case(id="required and there", text="${A:?why} ${EMPTY?why}", value="a "),
    Case(id="a default with signs", text="${NO:-http://x:80/?a=b}", value="http://x:80/?a=b"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_variables_are_put_in(case: Case) -> None:
    assert filled(case.text, KNOWN) == case.value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("${NO:?set it}", "set it"),
        ("${EMPTY:?}", "required"),
        ("${A", "no end"),
        ("${1}", "names no variable"),
        ("cost 5$", "written $$"),
        ("${A:=b}", "no form"),
        ("${A:-" * 40 + "}" * 40, "no form|nested|a"),
    ],
)
def test_what_cannot_be_filled_is_said(text: str, says: str) -> None:
    if "nested" in says:
        assert filled(text, KNOWN) == "a"
        return
    with pytest.raises(NotGiven, match=says.replace("$", r"\$")):
        filled(text, KNOWN)


def test_doubling_variables_end() -> None:
    lines = "A0=" + "x" * 100 + "\n" + "".join(f"A{at}=$A{at - 1}$A{at - 1}\n" for at in range(1, 40))
    with pytest.raises(ComposeBroken, match="longer than"):
        variables(lines, ".env", {})


@dataclass(frozen=True, kw_only=True)
class Lines:
    id: str
    text: str
    value: dict[str, str]
    known: dict[str, str] = field(default_factory=dict)
    raw: bool = False


LINES = (
    Lines(id="plain", text="A=1\nexport B=two words \n# no\n\nC: x\n", value={"A": "1", "B": "two words", "C": "x"}),
    Lines(id="a remark behind", text="A=1 # one\nB=a#b\nC='x # y'\n", value={"A": "1", "B": "a#b", "C": "x # y"}),
    Lines(id="quotes", text="A='$B \\n'\nB=\"x\\ny\"\n", value={"A": "$B \\n", "B": "x\ny"}),
    Lines(id="several lines", text='A="x\ny"\nB=1\n', value={"A": "x\ny", "B": "1"}),
    Lines(id="variables", text="A=1\nB=${A}-$C-${D:-d}\n", value={"A": "1", "B": "1-c-d"}, known={"C": "c"}),
    Lines(id="a name alone", text="A\nB\n", value={"A": "1"}, known={"A": "1"}),
    Lines(id="empty", text="A=\nB=''\n", value={"A": "", "B": ""}),
    Lines(id="raw", text="A='$x'\n", value={"A": "'$x'"}, raw=True),
    Lines(id="signs in a value", text="A=a=b=c\nB=p$$w\n", value={"A": "a=b=c", "B": "p$w"}),
)


@pytest.mark.parametrize("case", LINES, ids=lambda case: case.id)
def test_files_of_variables_are_read(case: Lines) -> None:
    assert variables(case.text, ".env", case.known, raw=case.raw) == case.value


@pytest.mark.parametrize(("text", "line"), [("A=1\n- b\n", 2), ("A='x\n", 1), ("A=${B:?no}\n", 1)])
def test_a_broken_line_is_named(text: str, line: int) -> None:
    with pytest.raises(ComposeBroken) as caught:
        variables(text, ".env", {})
    assert (caught.value.path, caught.value.line) == (".env", line)
