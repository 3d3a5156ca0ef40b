"""Patches as data, on components and recipes."""

from dataclasses import dataclass, replace

import pytest

from builder.plan import Command, Probe, Runtime
from builder.recipe import Base, Copy, Packages, Run, Set, Stage, Step
from builder.repair.allowing import objection
from builder.repair.patches import (
    AddDistribution,
    AddPackages,
    AddWritable,
    BindAll,
    ChangeBase,
    ChangePort,
    ChangeProbe,
    ChangeRuntime,
    CopyToo,
    KeepDevelopment,
    LoosenInstall,
    MakeExecutable,
    Patch,
    RaiseMemory,
    SetVariable,
    StopWith,
    UnixLines,
    UseInit,
)
from builder.repair.releases import fitting
from builder.repair.subject import Subject, apply, repaired
from tests.builder.components import component, field, recipe

FILES = frozenset({"package.json", "gradlew", "scripts/run.sh", "prisma/schema.prisma"})


def subject(*lines: str) -> Subject:
    """Return a component whose recipe runs these lines in its first stage."""
    base = recipe()
    steps: tuple[Step, ...] = (
        Copy(sources=("package.json",), to="/src/"),
        *(Run(line=line) for line in lines or ("make shop",)),
    )
    runtime = field(Runtime(name="node", version="18"))
    made = replace(base, stages=(replace(base.stages[0], steps=steps),))
    return Subject(component=component(runtime=runtime), recipe=made, files=FILES)


def steps(given: Subject) -> list[str]:
    """Return the steps of the first stage, in words."""
    told = []
    for step in given.recipe.stages[0].steps:
        match step:
            case Run():
                told.append(step.line)
            case Packages():
                told.append(f"packages {' '.join(step.names)}")
            case Set():
                told.append(f"set {' '.join('='.join(pair) for pair in step.variables)}")
            case Copy():
                told.append(f"copy {' '.join(step.sources)} {step.to}")
    return told


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    lines: tuple[str, ...]
    patch: Patch
    steps: tuple[str, ...]


COPIED = "copy package.json /src/"
CASES = (
    Case(
        id="packages-before-the-step-that-needs-them",
        lines=("one", "two"),
        patch=AddPackages(build=("git",), before="two"),
        steps=(COPIED, "one", "packages git", "two"),
    ),
    Case(
        id="packages-at-the-first-step-otherwise",
        lines=("one", "two"),
        patch=AddPackages(build=("git",)),
        steps=(COPIED, "packages git", "one", "two"),
    ),
    Case(id="npm", lines=("npm ci",), patch=LoosenInstall(tool="npm"), steps=(COPIED, "npm install")),
    Case(
        id="pnpm",
        lines=("pnpm install --frozen-lockfile",),
        patch=LoosenInstall(tool="pnpm"),
        steps=(COPIED, "pnpm install --no-frozen-lockfile"),
    ),
    Case(
        id="uv",
        lines=("uv sync --locked --no-install-project",),
        patch=LoosenInstall(tool="uv"),
        steps=(COPIED, "uv sync --no-install-project"),
    ),
    Case(
        id="poetry",
        lines=("poetry install --no-root",),
        patch=LoosenInstall(tool="poetry"),
        steps=(COPIED, "poetry lock && poetry install --no-root"),
    ),
    Case(
        id="cargo",
        lines=("cargo build --release --locked",),
        patch=LoosenInstall(tool="cargo"),
        steps=(COPIED, "cargo build --release"),
    ),
    Case(
        id="go",
        lines=("go build -o /out/shop .",),
        patch=LoosenInstall(tool="go"),
        steps=(COPIED, "go build -mod=mod -o /out/shop ."),
    ),
    Case(
        id="development-packages-stay",
        lines=("npm ci --omit=dev", "npm prune --omit=dev --ignore-scripts"),
        patch=KeepDevelopment(),
        steps=(COPIED, "npm ci"),
    ),
    Case(
        id="variable",
        lines=("npm ci",),
        patch=SetVariable(place="build", name="CI", value="1"),
        steps=(COPIED, "set CI=1", "npm ci"),
    ),
    Case(
        id="heap",
        lines=("npm run build",),
        patch=RaiseMemory(heap="node", mebibytes=4096),
        steps=(COPIED, "set NODE_OPTIONS=--max-old-space-size=4096", "npm run build"),
    ),
    Case(
        id="file",
        lines=("one", "two"),
        patch=CopyToo(source="prisma/schema.prisma", before="two"),
        steps=(COPIED, "one", "copy prisma/schema.prisma /src/prisma/", "two"),
    ),
    Case(
        id="folder",
        lines=("one",),
        patch=CopyToo(source="prisma/", before="one"),
        steps=(COPIED, "copy prisma /src/prisma/", "one"),
    ),
    Case(
        id="executable",
        lines=("./gradlew build",),
        patch=MakeExecutable(path="gradlew", before="./gradlew build"),
        steps=(COPIED, "chmod +x gradlew", "./gradlew build"),
    ),
    Case(
        id="line-ends",
        lines=("sh scripts/run.sh",),
        patch=UnixLines(path="scripts/run.sh", before="sh scripts/run.sh"),
        steps=(COPIED, "sed -i 's/\\r$//' scripts/run.sh", "sh scripts/run.sh"),
    ),
    Case(
        id="distribution",
        lines=("pip install .",),
        patch=AddDistribution(name="setuptools", below="81"),
        steps=(COPIED, "pip install 'setuptools<81'", "pip install ."),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_patch_changes_the_steps(case: Case) -> None:
    before = subject(*case.lines)
    after = apply(before, case.patch)
    assert tuple(steps(after)) == case.steps
    assert apply(after, case.patch) == after, "applied twice it is as once"
    assert before == subject(*case.lines), "nothing given is changed"
    assert objection(case.patch, before) == ""


def test_what_runs_is_changed_by_patches_of_its_own() -> None:
    final = apply(subject(), AddWritable(path="/app/data")).recipe.final
    assert final.writable == ("/tmp", "/app/data")
    assert apply(subject(), UseInit()).recipe.final.reaps is False
    assert apply(subject(), StopWith(signal="SIGINT")).recipe.final.stop_signal == "SIGINT"
    assert Packages(names=("libpq5",)) in apply(subject(), AddPackages(run=("libpq5",))).recipe.final.steps


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("uvicorn", "shop:app"), ("uvicorn", "shop:app", "--host", "0.0.0.0")),
        (("gunicorn", "-b", "127.0.0.1:8000", "shop:app"), ("gunicorn", "-b", "0.0.0.0:8000", "shop:app")),
        (("/app/shop",), ("/app/shop",)),
    ],
)
def test_binding_to_all_addresses(argv: tuple[str, ...], expected: tuple[str, ...]) -> None:
    given = subject()
    final = replace(given.recipe.final, command=Command(argv=argv), environment=(("HOST", "127.0.0.1"),))
    after = apply(replace(given, recipe=replace(given.recipe, final=final)), BindAll()).recipe.final
    assert after.command.argv == expected
    assert dict(after.environment)["HOST"] == "0.0.0.0"


@pytest.mark.parametrize(
    ("tag", "form", "expected"),
    [("3.12-slim-bookworm", "full", "3.12-bookworm"), ("3.12-alpine", "debian", "3.12-slim-bookworm")],
)
def test_other_forms_of_a_base(tag: str, form: str, expected: str) -> None:
    base = Base(image="docker.io/library/python", tag=tag)
    given = subject()
    stage = replace(given.recipe.stages[0], base=base)
    after = apply(replace(given, recipe=replace(given.recipe, stages=(stage,))), ChangeBase(form=form))  # type: ignore[arg-type]
    assert after.recipe.stages[0].base.tag == expected


def test_patches_of_the_plan_come_before_the_recipe_is_made() -> None:
    given = subject()
    patches = (SetVariable(place="run", name="MODE", value="x"), ChangeRuntime(version="22"), ChangePort(port=5000))
    after = repaired(
        given.component,
        patches,
        lambda one: recipe(directory=f"/node{one.runtime.value and one.runtime.value.version}"),
    )
    assert after.recipe.final.directory == "/node22"
    assert after.component.port.value == 5000
    assert dict(after.recipe.final.environment) == {"MODE": "x"}
    assert len(after.recipe.notes) == 3
    assert after.component.runtime.grounds[0].rule == "repair.change_runtime"


def test_a_probe_that_is_no_path_is_left_out() -> None:
    given = component(health=field(Probe(path="/health")))
    assert repaired(given, (ChangeProbe(),), lambda _: recipe()).component.health.value == Probe()


@pytest.mark.parametrize(
    "patch",
    [
        AddPackages(build=("git; rm -rf /",)),
        AddPackages(),
        AddPackages(build=("git",), before="no such line"),
        SetVariable(place="run", name="PATH", value="/evil"),
        SetVariable(place="run", name="LD_PRELOAD", value="/evil.so"),
        SetVariable(place="build", name="HTTPS_PROXY", value="evil"),
        SetVariable(place="build", name="NPM_CONFIG_REGISTRY", value="evil"),
        SetVariable(place="build", name="NODE_TLS_REJECT_UNAUTHORIZED", value="0"),
        SetVariable(place="build", name="NODE_OPTIONS", value="--require /evil.js"),
        SetVariable(place="build", name="X", value="$(curl evil)"),
        SetVariable(place="run", name="DATABASE_PASSWORD", value="secret"),
        ChangeRuntime(version="18; evil"),
        ChangeRuntime(version="99"),
        ChangePort(port=80),
        ChangeProbe(path="/$(evil)"),
        AddWritable(path="/"),
        AddWritable(path="/usr/bin/x"),
        AddWritable(path="/app/../etc"),
        CopyToo(source="../secret"),
        CopyToo(source="nothing"),
        MakeExecutable(path="gradlew; evil"),
        RaiseMemory(heap="node", mebibytes=10**9),
    ],
    ids=str,
)
def test_patches_that_could_do_more_than_they_are_for_are_refused(patch: Patch) -> None:
    assert objection(patch, subject()) != ""


@pytest.mark.parametrize(
    ("runtime", "wanted", "expected"),
    [
        ("node", ">=22", "24"),
        ("node", "^18 || ^20", "20"),
        ("node", ">=99", ""),
        ("python", ">=3.9,<3.12", "3.11"),
        ("python", "<3.12,>=3.11", "3.11"),
        ("python", "^3.10", "3.13"),
        ("go", ">= 1.25", "1.26"),
        ("go", "1.25", "1.25"),
        ("java", "25", "25"),
        ("ruby", "3.2.2", "3.2"),
        ("php", ">=8.1", "8.4"),
        ("node", "anything", ""),
    ],
)
def test_a_release_that_fits_what_a_tool_asks_for(runtime: str, wanted: str, expected: str) -> None:
    assert fitting(runtime, wanted) == expected


def test_a_stage_without_steps_takes_a_variable() -> None:
    given = subject()
    empty = replace(
        given, recipe=replace(given.recipe, stages=(Stage(name="a", base=Base(image="b", tag="c"), steps=()),))
    )
    after = apply(empty, SetVariable(place="build", name="CI", value="1"))
    assert after.recipe.stages[0].steps == (Set(variables=(("CI", "1"),)),)
