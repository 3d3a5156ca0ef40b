"""Repairs, models and secrets of builds over HTTP: an executor by script, real rules, a scripted model."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.llm.scripted import Answer, ScriptedModel
from core.settings import ModelSettings
from tests.api.test_builds import GO, INLINE, Trial, ended, followed, notes, serving, started
from tests.builder.scripted import OPEN, UNKNOWN, InTurn, failure, listens_elsewhere

NO_COMPILER = "/bin/sh: 1: gcc: not found"


async def attempts_of(service: Any, run_id: str) -> list[dict[str, Any]]:
    said = await service.client.get(f"/v1/builds/{run_id}/attempts")
    assert said.status_code == 200, said.text
    found: list[dict[str, Any]] = said.json()["attempts"]
    return found


async def test_what_fails_is_repaired_as_on_the_command_line_and_that_is_on_record(tmp_path: Path) -> None:
    executor = InTurn(ends=[failure(NO_COMPILER)])
    async with serving(tmp_path, executor) as service:
        run_id = await started(service, INLINE)
        result = (await ended(service, run_id)).json()
        events = await followed(service, run_id)
        run = (await service.client.get(f"/v1/runs/{run_id}")).json()
        kept = await attempts_of(service, run_id)
        dockerfile = (await service.client.get(f"/v1/builds/{run_id}/files/Dockerfile")).text
    (image,) = result["images"]
    (attempt,) = image["attempts"]
    assert result["works"]
    assert (attempt["decision"], attempt["by"], attempt["code"]) == ("repair", "rule", "shell.command-not-found")
    assert attempt["classes"][0]["lines"][0]["text"] == NO_COMPILER
    assert attempt["patch"]["kind"] == "add_packages"
    assert kept == [attempt]
    assert [event["data"]["attempt"] for event in events if "attempt" in (event["data"] or {})] == [attempt]
    assert [(step["name"], step["state"]) for step in run["steps"]][3:] == [
        ("build", "failed"), ("repair", "succeeded"), ("build", "succeeded"), ("check", "succeeded"),
    ]  # fmt: skip
    assert dockerfile == executor.seen[-1].request.dockerfile
    assert "gcc" in dockerfile
    (file,) = (one for one in result["files"] if one["path"] == "Dockerfile")
    assert file["bytes"] == len(dockerfile.encode())


async def test_a_trial_that_fails_is_repaired_too(tmp_path: Path) -> None:
    class Twice(Trial):
        async def __call__(self, order: Any, image: Any, work: Path) -> Any:
            self.report = listens_elsewhere(9090) if not self.orders else type(self)().report
            return await super().__call__(order, image, work)

    async with serving(tmp_path, InTurn(), Twice()) as service:
        result = (await ended(service, await started(service, INLINE))).json()
    assert result["works"]
    assert result["images"][0]["attempts"][0]["patch"] == {"kind": "change_port", "port": 9090}


async def test_the_attempts_of_a_build_that_fails_are_kept(tmp_path: Path) -> None:
    async with serving(tmp_path, InTurn(ends=[failure(NO_COMPILER), UNKNOWN])) as service:
        run_id = await started(service, INLINE)
        failed = await ended(service, run_id)
        kept = await attempts_of(service, run_id)
        lines = notes(await followed(service, run_id))
    assert (failed.status_code, failed.json()["code"]) == (422, "build_failed")
    assert [one["decision"] for one in kept] == ["repair", "stop"]
    assert kept[-1]["next_step"]
    assert "shop: attempt 2 failed" in lines


async def test_a_model_of_the_service_is_asked_where_rules_end_unless_it_is_not_wanted(tmp_path: Path) -> None:
    patch = json.dumps({"patch": {"kind": "use_init"}, "why": "it jams", "line": 1})
    scripted = ScriptedModel(Answer(text=patch))
    async with scripted.serve() as url:
        model = ModelSettings(base_url=url, name="scripted", retries=0)
        executor = InTurn(ends=[UNKNOWN, None, UNKNOWN])
        async with serving(tmp_path, executor, model=model) as service:
            first = (await ended(service, await started(service, INLINE))).json()
            second = await ended(service, await started(service, {**INLINE, "model": False}))
    assert first["images"][0]["attempts"][0]["by"] == "model"
    assert second.status_code == 422
    assert len(scripted.requests) == 1


async def test_a_model_chooses_what_a_plan_leaves_open(tmp_path: Path) -> None:
    def answer(_: Any) -> Answer:
        return Answer(text='{"answers": [{"question": 1, "choice": 1}]}')

    scripted = ScriptedModel(answer)
    body = {"source": {"type": "files", "files": OPEN}}
    async with scripted.serve() as url:
        model = ModelSettings(base_url=url, name="scripted", retries=0)
        async with serving(tmp_path, InTurn(), model=model) as service:
            with_it = (await service.client.post("/v1/builds/plan", json=body)).json()["plan"]
            without = (await service.client.post("/v1/builds/plan", json={**body, "model": False})).json()["plan"]
    assert without["questions"]
    assert len(with_it["questions"]) < len(without["questions"])
    assert len(scripted.requests) == 1


async def test_a_secret_of_the_build_is_mounted_and_in_nothing_else(tmp_path: Path) -> None:
    secret = "correct-horse-battery"
    executor = InTurn(lines=(f"login with {secret}",), ends=[failure(f"{secret} is wrong")])
    async with serving(tmp_path, executor) as service:
        run_id = await started(service, {**INLINE, "secrets": {"npmrc": f"//x/:_authToken={secret}\n{secret}\n"}})
        result = await ended(service, run_id)
        stream = (await service.client.get(f"/v1/runs/{run_id}/events")).text
        kept = await attempts_of(service, run_id)
        archive = await service.client.get(f"/v1/builds/{run_id}/archive")
    (seen,) = executor.seen
    assert secret in seen.request.secrets["npmrc"].decode()
    assert secret not in repr((seen.request.dockerfile, seen.request.arguments, seen.files))
    assert "login with " in stream
    for text in (result.text, stream, repr(kept), archive.content.decode("latin-1")):
        assert secret not in text


async def test_a_language_and_commands_are_decided_over_http(tmp_path: Path) -> None:
    files = {**GO, "Dockerfile": 'FROM scratch\nCMD ["/x"]\n'}
    body = {
        "source": {"type": "files", "files": files},
        "language": "go",
        "overrides": {"": {"health": "/healthz", "runtime": "1.22"}},
    }
    async with serving(tmp_path, InTurn()) as service:
        (component,) = (await service.client.post("/v1/builds/plan", json=body)).json()["plan"]["components"]
        unknown = await service.client.post("/v1/builds/plan", json={**body, "language": "cobol"})
    assert component["provider"] == "go"
    assert component["runtime"]["value"]["version"] == "1.22"
    assert component["health"]["value"]["path"] == "/healthz"
    assert (unknown.status_code, unknown.json()["code"]) == (400, "usage")


WRONG: tuple[tuple[str, dict[str, Any], int], ...] = (
    ("runtime as a line", {"overrides": {"": {"runtime": "1\nRUN x"}}}, 400),
    ("folder upwards", {"overrides": {"": {"output": "../x"}}}, 400),
    ("health without a slash", {"overrides": {"": {"health": "healthz"}}}, 400),
    ("start of two lines", {"overrides": {"": {"start": "a\nb"}}}, 422),
    ("unknown field", {"overrides": {"": {"colour": "red"}}}, 422),
    ("secret with an option as id", {"secrets": {"--x": "1"}}, 422),
    ("secret with a comma in the id", {"secrets": {"a,src=/etc/shadow": "1"}}, 422),
    ("model that is no truth value", {"model": "yes"}, 422),
)


@pytest.mark.parametrize(("_name", "more", "status"), WRONG, ids=[name for name, _, _ in WRONG])
async def test_wishes_that_make_no_sense_are_refused_with_what_to_do(
    _name: str, more: dict[str, Any], status: int, tmp_path: Path
) -> None:
    async with serving(tmp_path, InTurn()) as service:
        said = await service.client.post("/v1/builds", json={**INLINE, **more})
        if said.status_code == 202:
            said = await ended(service, said.json()["id"])
    assert said.status_code == status, said.text
    assert said.json().get("next_step") or said.json().get("errors")
