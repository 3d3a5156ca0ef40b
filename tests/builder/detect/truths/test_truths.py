"""What people wrote about running a project, as it reaches the plan."""

import pytest

from builder.look import Look
from builder.tree import Tree
from core.evidence import verify
from tests.builder.detect.truths.cases import FLASK, Case, compose, docker
from tests.builder.detect.truths.compose_cases import COMPOSED
from tests.builder.detect.truths.dockerfile_cases import DOCKERFILES
from tests.builder.detect.truths.platform_cases import PLATFORMS
from tests.builder.detect.truths.telling import heard

CASES = (*DOCKERFILES, *COMPOSED, *PLATFORMS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_people_wrote_reaches_the_plan(case: Case) -> None:
    (made,), _ = heard({**case.files, **case.extra}, [case.found])
    start = case.start if case.start is not None else case.found.start or None
    assert (made.start.value.text if made.start.value else None) == start
    assert made.port.value == (case.port or case.found.port or None)
    assert made.kind.value == case.kind
    if case.version:
        assert made.runtime.value is not None
        assert made.runtime.value.version == case.version
    assert (made.health.value.path if made.health.value else "") == case.health
    assert (made.output.value or "") == case.output
    assert tuple((one.value.purpose, one.value.command.text) for one in made.tasks) == case.tasks
    assert case.schedule in {"", *(one.value.schedule for one in made.tasks)}
    assert tuple((one.value.name, one.value.version) for one in made.services) == case.services
    assert tuple(one.value.name for one in made.variables) == case.variables
    assert tuple(one.value.name for one in made.variables if one.value.secret) == case.secrets
    assert tuple(one.value.path for one in made.volumes) == case.volumes
    assert tuple(one.value for one in made.system_packages) == case.packages
    said = {rival.value.text for rival in made.start.rivals}
    assert set(case.rivals) <= said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_ground_can_be_opened_again(case: Case) -> None:
    files = {**case.files, **case.extra}
    (made,), _ = heard(files, [case.found])
    look = Look(Tree.of(files))
    fields = (made.start, made.port, made.kind, made.health, made.runtime, made.output)
    grounds = [ground for one in fields for ground in one.grounds]
    grounds += [
        ground for item in (*made.tasks, *made.services, *made.variables, *made.volumes) for ground in item.grounds
    ]
    evidence = [one for ground in grounds for one in ground.evidence]
    assert all(verify(one, look) for one in evidence)
    assert all(ground.evidence for ground in grounds if not ground.rule.startswith("test."))


SECRETS = "s3cr3t-Pa55word-9f8e7d6c"


@pytest.mark.parametrize(
    "files",
    [
        docker(f"ENV DB_PASSWORD={SECRETS}", "CMD python x.py"),
        compose(f"  web:\n    build: .\n    environment:\n      DB_PASSWORD: {SECRETS}\n"),
        {"fly.toml": f'app = "x"\n[env]\nDB_PASSWORD = "{SECRETS}"\n'},
        {"render.yaml": f"services:\n  - type: web\n    envVars: [{{key: DB_PASSWORD, value: {SECRETS}}}]\n"},
        compose(f"  web: {{build: ., environment: {{DB_PASSWORD: {SECRETS}}}, ports: ['1:2']}}\n"),
    ],
    ids=["Dockerfile", "compose", "fly.toml", "render.yaml", "one line with others"],
)
def test_a_secret_of_a_file_is_in_no_variable(files: dict[str, str]) -> None:
    (made,), _ = heard(files, [FLASK])
    assert [one.value.name for one in made.variables] == ["DB_PASSWORD"]
    assert SECRETS not in repr(made)
