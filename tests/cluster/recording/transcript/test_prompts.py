"""Commands are told by the prompts of many shells, and by nothing else."""

import time
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.recording.transcript.prompts import Prompts, typed, untyped


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line and the command in it; empty: it is none."""

    id: str
    line: str
    command: str = ""


LINES = (
    Line(id="plain", line="$ kubectl get pods", command="get pods"),
    Line(id="bash", line="me@box:~/a b$ kubectl get pods -n x", command="get pods -n x"),
    Line(id="bash in an environment", line="(venv) me@box:~$ k get po", command="get po"),
    Line(id="root in brackets", line="[root@k8s-master01 ~]# kubectl get pods", command="get pods"),
    Line(id="cluster and place", line="(⎈|prod:shop) me@box ~ % kubectl get pods", command="get pods"),
    Line(id="time and who", line="[10:22:33] me@box:~$ kubectl get pods", command="get pods"),
    Line(id="powershell", line="PS C:\\Users\\kim lee> kubectl.exe get pods", command="get pods"),
    Line(id="powershell on linux", line="PS /home/kim> kubectl get pods", command="get pods"),
    Line(id="cmd", line="C:\\work>kubectl get pods", command="get pods"),
    Line(id="zsh", line="kim@mac ~ % kubectl get pods", command="get pods"),
    Line(id="arrow", line="➜  ~ kubectl get pods", command="get pods"),
    Line(id="arrow and branch", line="➜  deploy git:(main) ✗ kubectl get pods", command="get pods"),
    Line(id="starship", line="❯ kubectl get pods", command="get pods"),
    Line(id="fish", line="mia@zen ~/ml> kubectl get pods", command="get pods"),
    Line(id="corner", line="╰─$ kubectl get pods", command="get pods"),
    Line(id="glyphs", line="sam \ue0b0 ~\\repo \ue0b0 kubectl get pods", command="get pods"),
    Line(id="time at the right", line="❯ kubectl get pods                10:22:11", command="get pods"),
    Line(id="busybox", line="/ # kubectl get pods", command="get pods"),
    Line(id="bash without a profile", line="bash-5.1$ kubectl get pods", command="get pods"),
    Line(id="sudo", line="$ sudo kubectl get pods", command="get pods"),
    Line(id="variable before", line="$ KUBECONFIG=/x/y kubectl get pods", command="get pods"),
    Line(id="microk8s", line="$ microk8s kubectl get pods", command="get pods"),
    Line(id="minikube", line="$ minikube kubectl -- get pods", command="get pods"),
    Line(id="k3s", line="# k3s kubectl get pods", command="get pods"),
    Line(id="oc", line="$ oc get pods", command="get pods"),
    Line(id="flags first", line="$ kubectl -n x get pods", command="-n x get pods"),
    Line(id="indented", line=" $ kubectl get pods"),
    Line(id="within a log", line="2026-03-02 INFO run: $ kubectl get pods"),
    Line(id="within a log behind words", line="executing command $ kubectl get pods"),
    Line(id="within a log behind one word", line="exec $ kubectl get pods"),
    Line(id="within a log behind a level", line="[INFO] running $ kubectl get pods"),
    Line(id="an advice", line="Then run # kubectl get pods"),
    Line(id="starship with a branch", line="repo on main ❯ kubectl get pods", command="get pods"),
    Line(id="two brackets", line="[prod] [root@m1 ~]# kubectl get pods", command="get pods"),
    Line(id="within a sentence", line="you should run `$ kubectl get pods` first"),
    Line(id="a sentence", line="kubectl get pods shows nothing at all"),
    Line(id="k as a word", line="$ k is a letter"),
    Line(id="another program", line="me@box:~$ helm list"),
    Line(id="a comment in a file", line="image: x # kubectl get pods"),
)


@pytest.mark.parametrize("case", LINES, ids=lambda case: case.id)
def test_commands_are_told_by_their_prompts(case: Line) -> None:
    found = typed(case.line)
    assert (found.command if found else "") == case.command


def test_a_line_without_a_prompt_is_a_command_unless_it_is_a_sentence() -> None:
    assert untyped("kubectl get pods -n shop") == "get pods -n shop"
    assert untyped("kubectl get pods shows this:") == ""
    assert untyped("kubectl 没有输出") == ""
    assert untyped("k8s is fine") == ""


def test_other_programs_are_told_by_prompts_seen_before() -> None:
    prompts = Prompts()
    assert prompts.other("me@box:~/y$ helm list") is None
    line = typed("me@box:~/x$ kubectl get pods")
    assert line is not None
    prompts.saw(line)
    assert prompts.other("me@box:~/y$ helm list") == "helm list"
    assert prompts.other("me@box:~/x$") == ""
    assert prompts.other("you@box:~$ helm list") is None
    assert prompts.other("me@box logged in > ok") is None


@given(st.text(max_size=400))
def test_no_line_breaks_the_reading_of_prompts(line: str) -> None:
    typed(line)
    typed(f"{line}kubectl get pods")
    untyped(line)


@pytest.mark.parametrize("sign", ["(", "[a] ", "a@", "~/", "PS ", "$ ", "\ue0b0 ", "C:\\", "╰─", "A=b ", "sudo "])
def test_no_prompt_takes_long_to_read(sign: str) -> None:
    begun = time.perf_counter()
    for _ in range(200):
        typed(f"{sign * 20_000}kubectl get pods")
        typed(f"{sign * 60}kubectl get pods {sign * 5_000}")
    assert time.perf_counter() - begun < 3
