"""Colours, fences, quotes, numbers and prose go; what stands between stays as it was."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.recording.transcript.prompts import PROMPT
from cluster.recording.transcript.surroundings import BREAK, has_command, plain
from tests.cluster.recording.transcript.samples import DESCRIBED, PODS

SESSION = f"$ kubectl get po -n shop -o wide\n{PODS}$ kubectl describe po x -n shop\n{DESCRIBED}"


def outputs(content: str) -> str:
    """Return a plain text without what ends outputs."""
    return "\n".join(line for line in plain(content).split("\n") if not line.startswith(BREAK)).strip()


def test_a_plain_text_stays_as_it_is() -> None:
    assert plain(SESSION) == SESSION
    assert plain("hello\n$ kubectl get po\n").startswith("hello\n$ kubectl get po")


def test_windows_line_ends_and_colours_go() -> None:
    coloured = SESSION.replace("Running", "\x1b[1;32mRunning\x1b[0m").replace("\n", "\r\n")
    assert plain(coloured) == SESSION


def test_numbers_before_all_lines_go() -> None:
    wanted = SESSION.strip()
    lines = wanted.split("\n")
    assert outputs("\n".join(f"{n:4}  {line}" for n, line in enumerate(lines, 1))) == wanted
    assert outputs("\n".join(f"{n}\t{line}" for n, line in enumerate(lines, 17))) == wanted
    assert outputs("\n".join(f"{n} | {line}" for n, line in enumerate(lines, 1))) == wanted


def test_quotes_and_indentation_of_all_lines_go() -> None:
    wanted = SESSION.strip()
    assert outputs("\n".join(f"> {line}" for line in wanted.split("\n"))) == wanted
    assert outputs("Look:\n\n" + "\n".join(f"    {line}" for line in wanted.split("\n")) + "\n\nBye.") == wanted


def test_fences_hold_the_commands_and_the_rest_is_prose() -> None:
    content = f"My pods:\n\n```sh\n{SESSION}```\n\nand then NAME it.\n\n~~~\n$ kubectl get svc\n~~~\nBye"
    assert outputs(content) == f"{SESSION}$ kubectl get svc"


def test_a_fence_within_an_output_is_a_part_of_it() -> None:
    content = "$ kubectl get cm x -o yaml\ndata:\n  readme: |\n    ```\n    text\n    ```\nkind: ConfigMap\n"
    assert plain(content) == content


def test_chinese_prose_and_other_programs_end_an_output_but_not_a_log() -> None:
    content = (
        "root@n1:~# kubectl get po\nNAME   READY\n然后看日志：\n"
        "root@n1:~# kubectl logs x\n启动失败\nroot@n1:~# ls\nfile\n"
    )
    assert outputs(content) == "$ kubectl get po\nNAME   READY\n$ kubectl logs x\n启动失败\nfile"
    assert f"{BREAK}$ ls" in plain(content)


def test_a_command_may_go_on_in_the_next_line() -> None:
    assert plain("$ kubectl get po \\\n>   -n shop\nNAME").startswith("$ kubectl get po -n shop\nNAME")
    assert plain("PS C:\\> kubectl get po `\n>> -n shop\nNAME").startswith("$ kubectl get po -n shop\nNAME")


def test_a_here_document_is_a_file_and_no_output() -> None:
    content = plain("$ kubectl apply -f - <<'END'\nkind: Pod\nEND\npod/x created\n")
    assert content.split("\n")[1:4] == [f"{BREAK}$ cat pasted.yaml", "kind: Pod", BREAK]


def test_a_log_that_shows_a_plain_prompt_is_not_believed_where_the_session_has_another() -> None:
    content = "root@n1:~# kubectl logs x\n$ kubectl get pods\nNAME   READY\nroot@n1:~# kubectl get po\n"
    assert [line for line in plain(content).split("\n") if line.startswith(PROMPT)] == [
        "$ kubectl logs x",
        "$ kubectl get po",
    ]


def test_a_text_without_a_command_at_a_prompt_is_no_transcript() -> None:
    assert not has_command("run kubectl get pods first\n $ kubectl get pods\n")
    assert has_command("x\n[a@b ~]# kubectl get pods\n")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([*SESSION.split("\n"), "```", "> x", "1  x", "a@b:~$ kubectl get po", "你好", ""])))
def test_any_order_of_lines_can_be_read(lines: list[str]) -> None:
    content = plain("\n".join(lines))
    assert content.count(PROMPT) >= sum(line.startswith(PROMPT) for line in lines) - lines.count("```")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_any_text_can_be_read(content: str) -> None:
    plain(content)
    plain(f"```\n{content}\n```\n$ kubectl get po")


def test_megabyte_lines_and_many_hints_are_read_in_time() -> None:
    begun = time.perf_counter()
    for long in ("x" * 3_000_000, "kubectl " * 300_000, "\x1b[" * 500_000, "$ kubectl get po\n" * 50_000, "> " * 10**6):
        has_command(long)
        plain(f"$ kubectl logs x\n{long}\n")
    assert time.perf_counter() - begun < 12
