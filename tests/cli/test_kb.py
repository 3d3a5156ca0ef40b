"""``sextant kb``, against the app in this process and against a server."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from api.serving import told_to_commands
from kb.stores.edge import EdgeStore
from tests.api.harness import TOKEN
from tests.api.knowledge.harness import knowing_context
from tests.api.serving import served
from tests.cli.knowing import Sextant, pages
from tests.cli.knowing import quiet as quiet
from tests.cli.knowing import run as run


def state_dir(alone: Path) -> Path:
    return alone / "state" / "sextant"


def test_help_of_the_commands_imports_no_vendor() -> None:
    script = (
        "import sys; sys.argv = ['sextant', 'kb', 'add', '--help']\nfrom cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'fastapi', 'httpx', 'numpy', 'onnxruntime', 'qdrant_edge', 'sqlalchemy', 'yaml'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--every" in done.stdout


def test_an_empty_knowledge_base_says_what_to_do(run: Sextant) -> None:
    listed, status, found = run("kb", "list"), run("kb", "status"), run("kb", "search", "quota")
    assert listed.out.startswith("No sources yet: `sextant kb add https://")
    assert "No documents yet" in status.out
    assert "Nothing found" in found.out
    assert (listed.code, status.code, found.code) == (0, 0, 0)
    assert listed.err == status.err == found.err == ""


def test_a_folder_is_added_searched_opened_and_removed(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook", broken_pdf="%PDF-1.7 and nothing more")
    added = run("kb", "add", str(folder))
    listed, status, shown = run("kb", "list"), run("kb", "status", "handbook"), run("kb", "show", "handbook")
    dead = run("kb", "status", "--state", "dead", "-o", "json")
    found = run("kb", "search", "exit", "code", "137", "--explain", "--limit", "1")
    passage = json.loads(run("kb", "search", "exit code 137", "-o", "json").out)["found"][0]["passage"]
    opened, document = run("kb", "open", passage["id"]), run("kb", "show", passage["document"])
    text = run("kb", "open", passage["uri"], "--start", "0", "--end", "8")
    unsure, removed = run("kb", "rm", "handbook"), run("kb", "rm", "handbook", "--yes")
    assert added.code == 0, added.err
    assert "source/handbook ready: 3 documents" in added.out
    assert "1 given up, see `sextant kb status handbook --state dead`" in added.out
    assert listed.out.splitlines()[0].split()[:4] == ["NAME", "KIND", "STATE", "DOCUMENTS"]
    assert listed.out.splitlines()[1].startswith("handbook   directory   ready, 1 given up   4 ")
    assert "broken.pdf: " in status.out
    assert "4 documents: 3 ready, 1 given up" in status.out
    assert "only when asked" in shown.out
    assert [entry["state"] for entry in json.loads(dead.out)["documents"]] == ["dead"]
    assert "Searched for: exit code 137" in found.out
    assert "Restarts > Exit code 137" in found.out
    assert "matched: " in found.out
    assert f"sextant kb open {passage['id']}" in found.out
    assert "▌ The container was killed" in opened.out
    assert "Address:" in document.out
    assert "characters 0 to 8 of" in text.out
    assert (unsure.code, removed.code) == (2, 0)
    assert "--yes" in unsure.err
    assert run("kb", "list").out.startswith("No sources yet")


def test_the_commands_write_json_and_yaml(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook")
    added = json.loads(run("kb", "add", str(folder), "--every", "1d", "--weight", "2", "-n", "shop", "-o", "json").out)
    listed = yaml.safe_load(run("kb", "list", "-o", "yaml").out)
    info = json.loads(run("kb", "info", "-o", "json").out)
    again = run("kb", "sync", "handbook")
    assert (added["schedule_seconds"], added["weight"], added["access"]) == (86_400, 2.0, "namespace:shop")
    assert [source["name"] for source in listed["sources"]] == ["handbook"]
    assert info["state"] == "ready"
    assert "source/handbook ready: 3 documents" in again.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("kb", "add", "./missing"), 1, "does not exist"),
        (("kb", "add", "what is this"), 2, "is no source"),
        (("kb", "add", "https://docs.example.com", "--every", "soon"), 2, "30m, 12h, 1d or 2w"),
        (("kb", "add", "./x", "-n", "shop", "--platform"), 2, "contradict"),
        (("kb", "add", "./x", "--weight", "99"), 2, "body.weight"),
        (("kb", "show", "nothing"), 1, "there is no source and no document nothing"),
        (("kb", "status", "nothing"), 1, "sources"),
        (("kb", "open", "nothing"), 1, "there is no passage, document or source nothing"),
        (("kb", "search", "???"), 2, "no letter"),
        (("kb", "list", "-o", "md"), 2, "-o text"),
        (("kb", "add", "./x", "./y", "--name", "both"), 2, "--name is for one source"),
        (("kb", "add", "-", "--name", "notes.md"), 2, "kb upload - --name notes.md"),
        (("kb", "upload", "./missing.md"), 2, "there is no file ./missing.md"),
        (("kb", "upload", "."), 2, "is a folder"),
        (("kb", "upload", "-"), 2, "--name notes.md"),
        (("kb", "upload", "a", "b", "--name", "c"), 2, "--name is for one document"),
        (("kb", "rm", "nothing", "--yes"), 1, "there is no source"),
    ],
)
def test_what_goes_wrong_is_said_with_the_next_step(
    run: Sextant, alone: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = run(*words)
    assert ran.code == code, ran.err
    assert ran.err.startswith("error: ")
    assert said in ran.err
    assert len(ran.err.splitlines()) >= 2


def test_what_a_document_says_to_a_terminal_is_not_obeyed(run: Sextant, alone: Path) -> None:
    pages(
        alone / "handbook",
        evil_md="# Quota \u202e\n\nA quota \x1b[31mlimits\u202e a namespace. " + "It counts what is used. " * 40,
    )
    run("kb", "add", str(alone / "handbook"))
    ran = [run("kb", "search", "quota limits namespace"), run("ask", "What does a quota limit?"), run("kb", "status")]
    passage = json.loads(run("kb", "search", "quota limits namespace", "-o", "json").out)["found"][0]["passage"]["id"]
    ran.append(run("kb", "open", passage))
    assert "quota" in ran[0].out.lower()
    for one in ran:
        assert not {"\x1b", "\x07", "\u202e"} & set(one.out + one.err)


def test_a_store_that_another_process_holds_is_named(run: Sextant, alone: Path) -> None:
    holder = EdgeStore(state_dir(alone) / "vectors")
    try:
        ran, checked = run("kb", "list"), run("doctor", "-o", "json")
    finally:
        asyncio.run(holder.close())
    assert ran.code == 1
    assert f"is held by process {os.getpid()}" in ran.err
    assert {check["name"]: check["state"] for check in json.loads(checked.out)}["knowledge"] == "fail"


def test_a_running_server_is_asked_instead(run: Sextant, alone: Path) -> None:
    context = knowing_context(alone / "elsewhere")
    with served(context) as base, told_to_commands(state_dir(alone), base, TOKEN):
        added = run("kb", "add", str(pages(alone / "handbook")))
        listed = run("kb", "list")
        later = run("kb", "add", str(pages(alone / "second")), "--no-wait")
        checked = run("doctor", "-o", "json")
        mode = (state_dir(alone) / "serving.json").stat().st_mode & 0o777
    assert added.code == 0, added.err
    assert "handbook" in listed.out
    assert "see how far with `sextant kb status second`" in later.out
    assert "in store edge" in {check["name"]: check["detail"] for check in json.loads(checked.out)}["knowledge"]
    assert mode == 0o600
    assert not (state_dir(alone) / "serving.json").exists()
    assert run("kb", "list").out.startswith("No sources yet")


def test_an_address_that_is_not_ours_gets_no_token(run: Sextant, alone: Path) -> None:
    context = knowing_context(alone / "elsewhere")
    with served(context) as base:
        file = state_dir(alone) / "serving.json"
        file.parent.mkdir(parents=True)
        told = {"url": base, "token": TOKEN, "pid": os.getpid()}
        for content, mode in (
            (json.dumps(told), 0o644),
            (json.dumps({**told, "pid": 2**22 + 1}), 0o600),
            (json.dumps({**told, "pid": "x"}), 0o600),
            ("nonsense", 0o600),
        ):
            file.write_text(content, encoding="utf-8")
            file.chmod(mode)
            ran = run("kb", "list")
            assert ran.code == 0, ran.err
    assert run("kb", "info").code == 0


def test_everything_fits_into_one_file_and_comes_back(
    run: Sextant, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = alone / "knowledge.sextant"
    run("kb", "add", str(pages(alone / "handbook")))
    saved, refused = run("kb", "backup", str(file)), run("kb", "backup", str(file))
    monkeypatch.setenv("XDG_STATE_HOME", str(alone / "other"))
    unsure = run("kb", "restore", str(file))
    restored = run("kb", "restore", str(file), "--yes")
    found = run("kb", "search", "exit code 137")
    assert saved.code == 0, saved.err
    assert file.stat().st_mode & 0o077 == 0
    assert (refused.code, unsure.code) == (2, 2)
    assert restored.code == 0, restored.err
    assert "Exit code 137" in found.out


def test_documents_and_sources_are_tried_again_and_cancelled(run: Sextant, alone: Path) -> None:
    run("kb", "add", str(pages(alone / "handbook", broken_pdf="%PDF-1.7")))
    uri = (alone / "handbook" / "broken.pdf").as_uri()
    one, all_of_it, stopped = run("kb", "retry", uri), run("kb", "retry", "handbook"), run("kb", "cancel", "handbook")
    index = run("kb", "reindex")
    assert " dead: " in one.out
    assert "source/handbook ready" in all_of_it.out
    assert "what is indexed stays searchable" in stopped.out
    assert index.out == "index rebuilt\n"


def test_doctor_counts_what_there_is(run: Sextant, alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("kb", "add", str(pages(alone / "handbook")))
    here = run("doctor", "-o", "json")
    monkeypatch.setenv("SEXTANT_KNOWLEDGE__ENABLED", "false")
    off, asked = run("doctor", "-o", "json"), run("ask", "why")
    assert "3 documents" in {check["name"]: check["detail"] for check in json.loads(here.out)}["knowledge"]
    assert {check["name"]: check["state"] for check in json.loads(off.out)}["knowledge"] == "warn"
    assert off.code == 0
    assert asked.code == 1
    assert "knowledge.enabled" in asked.err


def test_several_places_are_added_and_patterns_choose(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook", notes_conf="[quota]\nA quota limits a namespace.\n")
    added = run("kb", "add", str(folder / "restart.md"), str(folder / "images.md"), "-o", "json")
    chosen = run("kb", "add", str(folder), "--include", "*.conf", "--name", "settings")
    shown = run("kb", "show", "settings")
    assert [source["name"] for source in json.loads(added.out)["sources"]] == ["restart.md", "images.md"]
    assert "source/settings ready: 1 document" in chosen.out
    assert "include=['*.conf']" in shown.out


def test_a_folder_with_nothing_to_read_is_an_error_with_the_next_step(run: Sextant, alone: Path) -> None:
    (alone / "pictures").mkdir()
    (alone / "pictures" / "a.png").write_bytes(b"\x89PNG")
    added, listed = run("kb", "add", str(alone / "pictures")), run("kb", "list")
    assert added.code == 1
    assert "1 file looked at (1 .png)" in added.err
    assert "--include" in added.err
    assert "could not be read" in listed.out


def test_documents_are_uploaded_replaced_and_removed(run: Sextant, alone: Path) -> None:
    file = alone / "on-call.md"
    file.write_text("# On call\n\nThe pager of checkout has the number 4711.\n", encoding="utf-8")
    first = run("kb", "upload", str(file))
    file.write_text("# On call\n\nThe pager of checkout has the number 4712.\n", encoding="utf-8")
    again = run("kb", "upload", str(file), "-o", "json")
    piped = run("kb", "upload", "-", "--name", "notes.md", "--to", "team", stdin=b"# Notes\n\nThe captain is Lin.\n")
    found = run("kb", "search", "pager of checkout")
    listed, shown = run("kb", "list"), run("kb", "show", "uploads")
    removed = run("kb", "rm", "upload:on-call.md", "--yes")
    gone = run("kb", "search", "pager of checkout", "--source", "uploads")
    assert first.out.splitlines()[-1] == "document/on-call.md added: 1 passage"
    assert [document["state"] for document in json.loads(again.out)["documents"]] == ["ready"]
    assert piped.out.splitlines()[-1] == "document/notes.md added: 1 passage"
    assert "4712" in found.out
    assert "4711" not in found.out
    assert [line.split()[:3] for line in listed.out.splitlines()[1:]] == [
        ["team", "upload", "ready"],
        ["uploads", "upload", "ready"],
    ]
    assert "documents are kept here" in shown.out
    assert removed.out == "document/upload:on-call.md removed\n"
    assert "Nothing found" in gone.out


def test_an_upload_that_cannot_be_read_is_an_error_and_the_others_are_kept(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook", broken_pdf="%PDF-1.7 and nothing more")
    ran = run("kb", "upload", str(folder / "images.md"), str(folder / "broken.pdf"))
    assert ran.code == 1
    assert "document/images.md added" in ran.out
    assert "document/broken.pdf dead: " in ran.out
    assert "1 of 2 documents could not be indexed" in ran.err


def test_a_document_that_its_source_still_has_is_said_to_come_back(run: Sextant, alone: Path) -> None:
    folder = pages(alone / "handbook")
    run("kb", "add", str(folder))
    removed = run("kb", "rm", (folder / "images.md").as_uri(), "--yes")
    assert "it comes back when handbook is read again" in removed.out
