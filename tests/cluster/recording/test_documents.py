"""Text of any sort becomes objects; what cannot be read is named with its line, and takes nothing else with it."""

import json
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.recording.documents import Text, looks_like_objects, read_text
from cluster.recording.yamltext import ALIAS_NODES, YamlProblem, load, parts
from tests.cluster.recording.samples import listing, pod, thing, typed


def names(found: Text) -> list[str]:
    return [f"{obj['kind']}/{obj['metadata']['name']}" for document in found.documents for obj in document.objects]


POD_YAML = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\n"
LIST_YAML = """apiVersion: v1
items:
- apiVersion: v1
  kind: Pod
  metadata:
    name: a
- apiVersion: v1
  kind: Pod
  metadata:
    name: b
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    content: str
    names: list[str]
    listed: bool = False
    whole: bool = True
    problem: str = ""


BOTH = listing(pod("a"), pod("b"))
CASES = (
    Case(id="one object as JSON", content=json.dumps(pod("a")), names=["Pod/a"]),
    Case(id="one object as YAML", content=POD_YAML.format("a"), names=["Pod/a"]),
    Case(id="a list as JSON", content=BOTH, names=["Pod/a", "Pod/b"], listed=True),
    Case(id="a list as YAML", content=LIST_YAML + "kind: List\n", names=["Pod/a", "Pod/b"], listed=True),
    Case(id="a typed list", content=typed("Pod", pod("a")), names=["Pod/a"], listed=True),
    Case(id="an empty list", content=listing(), names=[], listed=True),
    Case(
        id="one page of a list",
        content=listing(pod("a"), **{"continue": "t"}),
        names=["Pod/a"],
        listed=True,
        whole=False,
    ),
    Case(id="a list in a list", content=listing({"kind": "List", "items": [pod("a")]}), names=["Pod/a"], listed=True),
    Case(id="JSON lines", content=json.dumps(pod("a")) + "\n" + json.dumps(pod("b")) + "\n", names=["Pod/a", "Pod/b"]),
    Case(id="an array", content=json.dumps([pod("a"), 7, None]), names=["Pod/a"]),
    Case(
        id="documents",
        content="---\n" + POD_YAML.format("a") + "---\n# no\n---\n" + POD_YAML.format("b"),
        names=["Pod/a", "Pod/b"],
    ),
    Case(id="a byte order mark", content="\ufeff" + json.dumps(pod("a")), names=["Pod/a"]),
    Case(id="something else", content='{"level": "info"}', names=[]),
    Case(id="nothing", content=" \n ", names=[]),
    Case(
        id="a broken document among others",
        content=POD_YAML.format("a") + "---\nkind: [\n---\n" + POD_YAML.format("b"),
        names=["Pod/a", "Pod/b"],
        problem="line 7: not YAML",
    ),
    Case(
        id="a JSON list cut off",
        content=BOTH[: BOTH.index('"b"')],
        names=["Pod/a"],
        listed=True,
        whole=False,
        problem=f"line {BOTH[: BOTH.index(chr(34) + 'b' + chr(34))].count(chr(10)) + 1}: not JSON",
    ),
    Case(
        id="a typed JSON list cut off",
        content=typed("Pod", pod("a"), pod("b"))[:-60],
        names=["Pod/a"],
        listed=True,
        whole=False,
        problem="not JSON",
    ),
    Case(id="a YAML list cut off", content=LIST_YAML, names=["Pod/a"], listed=True, whole=False, problem="breaks off"),
    Case(
        id="a YAML list cut off inside of a string",
        content=LIST_YAML + '    uid: "abc',
        names=["Pod/a"],
        listed=True,
        whole=False,
        problem="not YAML",
    ),
    Case(id="a number without end", content=json.dumps(pod("a"))[:-1] + ', "n": ' + "9" * 6000 + "}", names=["Pod/a"]),
    Case(id="a number without end in YAML", content=POD_YAML.format("a") + "n: " + "9" * 6000, names=["Pod/a"]),
    Case(
        id="keys of any type",
        content=POD_YAML.format("a") + "1: 2\ntrue: 3\n? [x]\n: 4\n",
        names=[],
        problem="unhashable key",
    ),
    Case(id="keys that are numbers", content=POD_YAML.format("a") + "1: 2\ntrue: 3\nnull: 4\n", names=["Pod/a"]),
    Case(id="a key given twice", content=POD_YAML.format("a") + "kind: Pod\n", names=["Pod/a"]),
    Case(id="a Python object", content="kind: !!python/object/apply:os.system [ls]\n", names=[], problem="not YAML"),
    Case(id="deep JSON", content='{"kind": ' + "[" * 100_000, names=[], problem="nested too deeply"),
    Case(id="deep YAML", content="kind: " + "[" * 200_000, names=[], problem="nested too deeply"),
    Case(id="deep YAML in blocks", content="kind:\n" + "- " * 50_000, names=[], problem="nested too deeply"),
    Case(
        id="deep YAML in mappings",
        content="".join(" " * n + "kind:\n" for n in range(2_000)),
        names=[],
        problem="nested too deeply",
    ),
    Case(id="brackets in a string", content=POD_YAML.format("a") + "note: '" + "[" * 5_000 + "'\n", names=["Pod/a"]),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_text_is_read_as_far_as_it_goes(case: Case) -> None:
    found = read_text(case.content)
    assert names(found) == case.names
    assert any(document.listed for document in found.documents) is case.listed
    assert all(document.whole for document in found.documents) is case.whole
    assert any(case.problem in problem for problem in found.problems) if case.problem else not found.problems


def test_items_of_a_typed_list_get_its_kind_and_version() -> None:
    found = read_text(typed("Deployment", thing("Deployment", "web", "shop"), api_version="apps/v1"))
    assert [(obj["kind"], obj["apiVersion"]) for obj in found.documents[0].objects] == [("Deployment", "apps/v1")]


def test_the_version_of_the_server_is_found() -> None:
    assert read_text('{"serverVersion": {"gitVersion": "v1.34.4"}}').documents[0].server_version == "v1.34.4"


def test_scalars_are_read_as_kubernetes_writes_them() -> None:
    value = load(
        "a: 2026-03-01T10:00:00Z\nb: yes\nc: 1:30\nd: 0644\ne: 1.5\nf: ~\ng: true\nh: '1'\ni: 0x10\nj: -3\nk: 1e3\n"
    )
    expected = {
        "a": "2026-03-01T10:00:00Z",
        "b": "yes",
        "c": "1:30",
        "d": 420,
        "e": 1.5,
        "f": None,
        "g": True,
        "h": "1",
    }
    assert value == {**expected, "i": 16, "j": -3, "k": "1e3"}


def test_merges_and_aliases_of_ordinary_size_are_followed() -> None:
    assert load("a: &x {k: 1}\nb:\n  <<: *x\n  l: 2\nc: *x\n") == {"a": {"k": 1}, "b": {"k": 1, "l": 2}, "c": {"k": 1}}


def laughs(template: str) -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [template.format(n=n, refs=",".join([f"*a{n - 1}"] * 10)) for n in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "bomb",
    [
        laughs("a{n}: &a{n} [{refs}]"),
        laughs("a{n}: &a{n}\n  <<: [{refs}]\n  k{n}: 1"),
        "a: &a [*a, *a]",
    ],
    ids=["aliases", "merges", "a circle"],
)
def test_aliases_that_expand_without_end_are_refused(bomb: str) -> None:
    with pytest.raises(YamlProblem, match=r"expand too far|nested too deeply|not YAML|cannot be read"):
        load("kind: X\n" + bomb)
    assert ALIAS_NODES <= 100_000


def test_a_merge_of_itself_ends() -> None:
    assert load("a: &a\n  <<: *a\n  k: 1\n") == {"a": {"k": 1}}


def test_halves_of_surrogate_pairs_do_not_enter() -> None:
    content = (
        '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a\\ud800", "labels": {"ok": "\\ud83d\\ude00"}}}'
    )
    meta = read_text(content).documents[0].objects[0]["metadata"]
    assert meta["name"].encode()
    assert meta["labels"]["ok"] == "😀"


def test_parts_know_their_first_line() -> None:
    assert [(line, part.strip()) for line, part in parts("a\nb\n---\nc\n--- # x\nd\n...\n")] == [
        (1, "a\nb"),
        (3, "c"),
        (5, "# x\nd"),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    id: str
    content: str
    objects: bool


@pytest.mark.parametrize(
    "look",
    [
        Look(id="yaml", content="# c\napiVersion: v1\n", objects=True),
        Look(id="json", content='{"apiVersion": "v1", "kind": "Pod"}', objects=True),
        Look(id="a log of JSON", content='{"level": "info", "msg": "x"}\n', objects=False),
        Look(id="a log", content="INFO kind of ready\n", objects=False),
    ],
    ids=lambda look: look.id,
)
def test_logs_are_told_from_objects(look: Look) -> None:
    assert looks_like_objects(look.content) is look.objects


@given(st.text(max_size=300) | st.lists(st.sampled_from(list("{}[]-:,&*<>|\"'\n #?!%@ab1.")), max_size=80).map("".join))
def test_no_text_raises(content: str) -> None:
    read_text(content)
    read_text("kind: " + content)
    read_text('{"items": [' + content)
