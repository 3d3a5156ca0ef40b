"""Commands are told from text, their flags and pipes are understood, and coverage says what they can prove."""

from dataclasses import dataclass

import pytest

from cluster.recording.transcript import is_transcript, read_transcript
from cluster.recording.transcript.frame import commands
from core.errors import BundleBroken
from tests.cluster.recording.transcript.samples import PODS, read, state

POD_LINE = "NAME      READY   STATUS    RESTARTS   AGE\nweb-0     1/1     Running   0          3m\n"


def test_only_a_prompt_at_the_start_of_a_line_is_a_command() -> None:
    assert is_transcript("hello\n$ kubectl get pods\n")
    assert not is_transcript("see: $ kubectl get pods\n $ kubectl get pods\nkubectl get pods\n")
    found = list(commands("hi\n$ kubectl logs web-0\nrun $ kubectl now\n $ kubectl x\n\n$ kubectl get po\n"))
    assert [command.verb for command in found] == ["logs", "get"]
    assert found[0].output == ("run $ kubectl now", " $ kubectl x")


def test_a_text_without_commands_is_refused() -> None:
    with pytest.raises(BundleBroken):
        read_transcript("no commands here", "pasted")


def test_flags_stand_anywhere_and_pipes_are_told_from_quoted_bars() -> None:
    (command,) = commands("$ kubectl -n shop logs cart -c web --tail=5 | grep -iE 'a|b' | sort | uniq -c\n")
    assert (command.verb, command.namespace, command.flags["container"], command.flags["tail"]) == (
        *("logs", "shop"),
        *("web", "5"),
    )
    assert command.pipes[0] == ("grep", "-iE", "a|b")
    assert command.counted
    assert command.filtered


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    id: str
    command: str
    output: str
    kind: str
    state: str


LISTINGS = (
    Listing(id="plain", command="get pods -n shop", output=POD_LINE, kind="Pod", state="complete"),
    Listing(id="spelled", command="--namespace=shop get Po", output=POD_LINE, kind="Pod", state="complete"),
    Listing(
        id="grep",
        command="get po -n shop | grep web",
        output="web-0   1/1   Running   0   3m\n",
        kind="Pod",
        state="partial",
    ),
    Listing(id="head", command="get po -n shop | head -3", output=POD_LINE, kind="Pod", state="partial"),
    Listing(id="selected", command="get po -n shop -l app=web", output=POD_LINE, kind="Pod", state="partial"),
    Listing(id="one", command="get pod web-0 -n shop", output=POD_LINE, kind="Pod", state="partial"),
    Listing(
        id="empty",
        command="get pvc -n shop",
        output="No resources found in shop namespace.\n",
        kind="PersistentVolumeClaim",
        state="complete",
    ),
    Listing(
        id="empty-selected",
        command="get svc -n shop -l a=b",
        output="No resources found in shop namespace.\n",
        kind="Service",
        state="partial",
    ),
    Listing(
        id="forbidden",
        command="get secrets -n shop",
        output=(
            'Error from server (Forbidden): secrets is forbidden: User "u" cannot list resource '
            '"secrets" in API group "" in the namespace "shop"\n'
        ),
        kind="Secret",
        state="refused",
    ),
    Listing(
        id="unreachable",
        command="get deployment.apps -n shop",
        output="Unable to connect to the server: dial tcp: i/o timeout\n",
        kind="Deployment",
        state="failed",
    ),
    Listing(id="silent", command="get svc -n shop", output="", kind="Service", state="partial"),
)


@pytest.mark.parametrize("case", LISTINGS, ids=lambda case: case.id)
def test_a_list_proves_absence_only_where_nothing_can_be_missing(case: Listing) -> None:
    assert state(read((case.command, case.output)), case.kind) == case.state


def test_what_is_not_in_a_list_of_another_namespace_is_not_denied() -> None:
    found = read(("get pods -n shop -o wide", PODS))
    assert found.absent("Pod", "shop", "gone")
    assert not found.absent("Pod", "other", "gone")


def test_not_found_is_noted_with_its_namespace() -> None:
    found = read(("get deploy x -n shop", 'Error from server (NotFound): deployments.apps "x" not found\n'))
    assert any("in namespace shop" in note for note in found.coverage.notes)


def test_the_namespace_of_a_session_is_the_one_its_answers_name() -> None:
    found = read(("get pods", POD_LINE), ("describe pod web-0", "Name:       web-0\nNamespace:  shop\n"))
    assert found.get("Pod", "shop", "web-0") is not None
