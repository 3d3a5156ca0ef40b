"""What a person decides about components."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from builder.deciding import Decision, answered, command_of, decided, flag_of, read
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.files import prepared
from builder.plan import BuildPlan, Command, Commands, Component, Kind, Probe
from builder.reading import Wishes, planned, providers_of
from builder.tree import Tree
from core.errors import UsageError
from tests.builder.scripted import GO, OPEN

CONTRADICTED = Tree.of(OPEN)
LIBRARY = Tree.of({"go.mod": "module example.com/lib\n\ngo 1.22\n", "lib.go": "package lib\n\nfunc One() {}\n"})
NODE = Tree.of(
    {
        "package.json": '{"name": "shop", "scripts": {"start": "node server.js", "build": "tsc"}}',
        "package-lock.json": '{"name": "shop", "lockfileVersion": 3, "packages": {}}',
        "server.js": "require('http').createServer().listen(3000)\n",
    }
)
TWO = Tree.of(
    {
        "go.mod": "module example.com/shop\n\ngo 1.24\n",
        "cmd/api/main.go": GO["main.go"],
        "cmd/feed/main.go": GO["main.go"].replace("8080", "8081"),
    }
)


@dataclass(frozen=True, kw_only=True)
class Typed:
    id: str
    text: str
    command: Command


TYPED = (
    Typed(id="words", text="node server.js", command=Command(argv=("node", "server.js"))),
    Typed(id="quoted", text="a 'b c'", command=Command(argv=("a", "b c"))),
    Typed(id="two programs", text="a && b", command=Command(line="a && b")),
    Typed(id="variable", text="a $PORT", command=Command(line="a $PORT")),
    Typed(id="assignment", text="A=b c", command=Command(line="A=b c")),
)


@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.id)
def test_a_command_is_words_unless_only_a_shell_understands_it(case: Typed) -> None:
    assert command_of(case.text) == case.command


def test_a_kind_that_is_decided_takes_a_refusal_away() -> None:
    found = plan(LIBRARY)
    assert found.refusals
    changed = decided(found, {"": Decision(kind=Kind.JOB, start="/app/lib")})
    assert (changed.refusals, changed.questions) == ((), ())
    assert changed.primary == changed.components[0].name


def test_no_decision_leaves_the_plan_as_it_is() -> None:
    found = plan(LIBRARY)
    assert decided(found, {}) is found


@dataclass(frozen=True, kw_only=True)
class Said:
    id: str
    decision: Decision
    field: str
    value: Any


SAID = (
    Said(id="port", decision=Decision(port=8080), field="port", value=8080),
    Said(id="start", decision=Decision(start="node app.js"), field="start", value=Command(argv=("node", "app.js"))),
    Said(
        id="build",
        decision=Decision(build="npm run all"),
        field="build",
        value=Commands(each=(Command(argv=("npm", "run", "all")),)),
    ),
    Said(id="no build", decision=Decision(build=""), field="build", value=None),
    Said(id="output", decision=Decision(output="./dist/"), field="output", value="dist"),
    Said(id="health", decision=Decision(health="/healthz"), field="health", value=Probe(path="/healthz")),
    Said(id="kind", decision=Decision(kind=Kind.WORKER), field="kind", value=Kind.WORKER),
)


def the_one(found: BuildPlan) -> Component:
    (one,) = found.components
    return one


@pytest.mark.parametrize("case", SAID, ids=lambda case: case.id)
def test_what_is_decided_is_the_value_and_says_so(case: Said) -> None:
    one = the_one(decided(plan(NODE), {"": case.decision}))
    held = getattr(one, case.field)
    assert held.value == case.value
    assert held.grounds[0].rule == "person.said"
    assert not held.undecided


def test_the_runtime_keeps_its_name_and_what_was_found_stays_a_rival() -> None:
    before = the_one(plan(NODE)).runtime
    after = the_one(decided(plan(NODE), {"": Decision(runtime="20")})).runtime
    assert after.value is not None
    assert (after.value.name, after.value.version) == ("node", "20")
    assert before.value in [one.value for one in after.rivals]


@dataclass(frozen=True, kw_only=True)
class Wrong:
    id: str
    decisions: dict[str, Decision] = field(default_factory=dict)
    words: tuple[str, ...] = ()


WRONG = (
    Wrong(id="open quotation", decisions={"": Decision(start="a 'b")}),
    Wrong(id="empty start", decisions={"": Decision(start=" ")}),
    Wrong(id="two lines", decisions={"": Decision(start="a\nRUN b")}),
    Wrong(id="very long", decisions={"": Decision(start="a" * 5_000)}),
    Wrong(id="port too high", decisions={"": Decision(port=70_000)}),
    Wrong(id="folder upwards", decisions={"": Decision(output="../x")}),
    Wrong(id="folder from the root", decisions={"": Decision(output="/etc")}),
    Wrong(id="version with a line", decisions={"": Decision(runtime="3.12\nRUN x")}),
    Wrong(id="version that is none", decisions={"": Decision(runtime="latest")}),
    Wrong(id="health with a space", decisions={"": Decision(health="/a b")}),
    Wrong(id="unknown component", decisions={"web": Decision(port=1)}),
    Wrong(id="no value", words=("port",)),
    Wrong(id="no field", words=("web.=1",)),
    Wrong(id="unknown field", words=("colour=red",)),
    Wrong(id="no number", words=("port=eighty",)),
    Wrong(id="unknown kind", words=("kind=thing",)),
    Wrong(id="contradiction", words=("port=1", "port=2")),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_what_cannot_be_meant_is_refused_with_what_to_do(case: Wrong) -> None:
    with pytest.raises(UsageError) as raised:
        decided(plan(NODE), case.decisions or answered(case.words))
    assert raised.value.next_step


def test_answers_name_components_and_fields() -> None:
    found = answered(["web.port=3000", "web.start=node a=b", "kind=job"])
    assert found == {"web": Decision(port=3000, start="node a=b"), "": Decision(kind=Kind.JOB)}
    assert read("health", "") == Decision(health="")


def test_each_question_says_which_flag_decides_it_and_that_flag_does() -> None:
    found = plan(CONTRADICTED)
    (question,) = found.questions
    assert flag_of(question, found) == "--runtime 3.11"
    assert decided(found, {question.component: read("runtime", "3.11")}).questions == ()
    others = replace(found, primary="other", components=(*found.components, *found.components))
    assert flag_of(question, others) == "--answer app.runtime=3.11"
    assert flag_of(replace(question, choices=()), found) == "--runtime RUNTIME"
    assert flag_of(replace(question, field="output", choices=("a b",)), found) == "--answer app.output='a b'"


def test_a_question_about_another_component_than_the_primary_one_names_it() -> None:
    found = plan(TWO)
    other = next(one.name for one in found.components if one.name != found.primary)
    assert decided(found, {other: Decision(port=1_234)}).components != found.components


def test_files_of_an_open_plan_are_refused_with_the_flags_that_decide_it() -> None:
    found = plan(CONTRADICTED)
    with pytest.raises(PlanIncomplete) as raised:
        prepared(found, CONTRADICTED, PROVIDERS)
    assert "--runtime 3.11" in raised.value.next_step


def test_a_tree_is_read_in_the_language_that_is_meant() -> None:
    files = {"Dockerfile": 'FROM scratch\nCMD ["/x"]\n', "main.py": "import flask\napp = flask.Flask(__name__)\n"}
    files["requirements.txt"] = "flask\n"
    for name in ("python", "py", "Python"):
        found = planned(Tree.of(files), Wishes(language=name))
        assert {one.provider for one in found.components} == {"python"}
    assert len(providers_of("")) > 10
    with pytest.raises(UsageError, match="no language"):
        providers_of("cobol")
