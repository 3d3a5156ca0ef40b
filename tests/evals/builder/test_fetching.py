"""Trees by their recipes. The clients are small programs on the path; no registry is asked."""

import io
import os
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from evals.builder.fetching import VERBS, Bench, Skipped, fetch, root, take
from evals.builder.truths import Case, Step, Truth, cases

TRUTH = Truth(language="javascript")
REGISTRIES = ("rubygems.org", "repo.maven", "npmjs", "pypi.org", "crates.io")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return folder


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!{sys.executable}\nimport os, sys\nfrom pathlib import Path\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def made_by(*steps: Step, name: str = "site") -> Case:
    return Case(name=name, group="node", truth=TRUTH, recipe=steps)


def packed(path: Path, *names: str) -> None:
    with tarfile.open(path, "w:gz") as tape:
        for name in names:
            data = b"text"
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tape.addfile(info, io.BytesIO(data))


def test_trees_lie_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert root() == tmp_path / "sextant" / "trees"


def test_a_tree_that_is_there_is_taken_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "node" / "site"
    place.mkdir(parents=True)
    assert fetch(made_by(Step(verb="nothing", what="")), tmp_path) == place


def test_nothing_is_made_when_only_what_is_there_is_wanted(tmp_path: Path) -> None:
    with pytest.raises(Skipped) as caught:
        fetch(made_by(Step(verb="npx", what="x@1")), tmp_path, make=False)
    assert caught.value.reason == "not made yet"


def test_a_generator_makes_a_folder_of_the_trees_name(programs: Path, tmp_path: Path) -> None:
    program(programs, "npx", "Path('site').mkdir(); Path('site/said').write_text(' '.join(sys.argv[1:]))")
    place = fetch(made_by(Step(verb="npx", what="sv@0.17.1", args=("sv", "create", "site"))), tmp_path / "trees")
    assert (place / "said").read_text() == "--yes --package sv@0.17.1 -- sv create site"
    assert [path.name for path in place.parent.iterdir()] == ["site"]


def test_a_tree_may_be_made_of_several_steps(tmp_path: Path) -> None:
    steps = (
        Step(verb="within", what="site"),
        Step(verb="write", what="docs/index.md", text="# hi\n"),
        Step(verb="write", what="gone", text="x"),
        Step(verb="without", what="gone"),
    )
    place = fetch(made_by(*steps), tmp_path)
    assert [path.relative_to(place).as_posix() for path in sorted(place.rglob("*"))] == ["docs", "docs/index.md"]


def test_a_tree_without_a_folder_of_its_own_is_what_the_steps_wrote(tmp_path: Path) -> None:
    place = fetch(made_by(Step(verb="write", what="index.html", text="hi"), name="gen/site"), tmp_path)
    assert place == tmp_path / "node" / "gen" / "site"
    assert [path.name for path in place.iterdir()] == ["index.html"]


def test_a_package_is_unpacked(programs: Path, tmp_path: Path) -> None:
    packed(tmp_path / "given.tgz", "package/index.js", "package/lib/a.js")
    program(programs, "npm", f"Path('a-1.tgz').write_bytes(Path({str(tmp_path / 'given.tgz')!r}).read_bytes())")
    place = fetch(made_by(Step(verb="npm-pack", what="a@1")), tmp_path / "trees")
    assert sorted(path.name for path in place.rglob("*.js")) == ["a.js", "index.js"]


def test_an_archive_that_writes_outside_is_refused(programs: Path, tmp_path: Path) -> None:
    packed(tmp_path / "given.tgz", "../../outside.js")
    program(programs, "npm", f"Path('a-1.tgz').write_bytes(Path({str(tmp_path / 'given.tgz')!r}).read_bytes())")
    with pytest.raises(Skipped) as caught:
        fetch(made_by(Step(verb="npm-pack", what="a@1")), tmp_path / "trees")
    assert caught.value.reason == "its archive is refused"
    assert not list(tmp_path.rglob("outside.js"))


def test_sources_of_maven_come_as_zip(programs: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as archive:
        archive.writestr("plugin-1/pom.xml", "<project/>")
    program(programs, "mvn", f"Path('p.zip').write_bytes(Path({str(tmp_path / 'given.zip')!r}).read_bytes())")
    place = fetch(made_by(Step(verb="maven-source", what="g:a:1:zip:source-release")), tmp_path / "trees")
    assert [path.name for path in place.iterdir()] == ["pom.xml"]


def test_a_crate_and_a_module_are_copied_out_of_the_clients_cache(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "cargo" / "registry" / "src" / "index" / "web-1.2.0"
    source.mkdir(parents=True)
    (source / "Cargo.toml").write_text("[package]\n")
    source.chmod(0o555)
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "cargo"))
    program(programs, "cargo", "")
    program(programs, "go", f'print(\'{{"Dir": "{source}"}}\')')
    crate = fetch(made_by(Step(verb="crate", what="web@1.2.0"), name="crate"), tmp_path / "trees")
    module = fetch(made_by(Step(verb="go-module", what="example.org/web@v1"), name="module"), tmp_path / "trees")
    assert (crate / "Cargo.toml").is_file()
    assert (module / "Cargo.toml").is_file()
    (crate / "more").write_text("the copy may be written")


def test_another_version_of_the_distribution_is_left_out(programs: Path, tmp_path: Path) -> None:
    packed(tmp_path / "given.tgz", "hello-2/Makefile")
    copy = f"Path('hello_2.orig.tar.gz').write_bytes(Path({str(tmp_path / 'given.tgz')!r}).read_bytes())"
    program(programs, "apt-get", copy)
    place = fetch(made_by(Step(verb="debian-source", what="hello=2-1+deb12u1")), tmp_path / "trees")
    assert (place / "Makefile").is_file()
    with pytest.raises(Skipped) as caught:
        fetch(made_by(Step(verb="debian-source", what="hello=3-1"), name="newer"), tmp_path / "trees")
    assert caught.value.reason == "the distribution has another version"


def test_a_client_that_is_missing_fails_or_hangs_is_the_reason(programs: Path, tmp_path: Path) -> None:
    program(programs, "cargo", "sys.exit('no such crate')")
    program(programs, "npx", "import time; time.sleep(60)")
    told = {}
    for verb, seconds in (("cargo", 30.0), ("npx", 0.3), ("maven-source", 30.0)):
        with pytest.raises(Skipped) as caught:
            fetch(made_by(Step(verb=verb, what="new")), tmp_path / "trees", seconds=seconds)
        told[verb] = (caught.value.reason, caught.value.detail)
    missing = "`mvn` failed" if Path("/usr/bin/mvn").exists() else "`mvn` is not installed"
    assert told["cargo"] == ("`cargo` failed", "no such crate")
    assert told["npx"][0] == "`npx` took longer than 0 s"
    assert told["maven-source"][0] == missing
    assert not [path for path in (tmp_path / "trees").rglob("*") if path.is_file()]


def test_an_unknown_step_leaves_the_tree_out(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="no step is called `shell`"):
        take(Step(verb="shell", what="rm -rf /"), Bench(folder=tmp_path))


def test_every_recipe_of_the_suite_has_known_steps_and_no_path_of_a_machine() -> None:
    listed = cases()
    assert len(listed) >= 150
    assert len({(case.group, case.name) for case in listed}) == len(listed)
    for case in listed:
        assert {step.verb for step in case.recipe} <= VERBS.keys()
        assert not Path(case.name).is_absolute()
        assert ".." not in Path(case.name).parts
        words = [word for step in case.recipe for word in (step.what, *step.args)]
        assert not [word for word in words if word.startswith(("/", "http:", "https:"))]
        assert sum(map(len, case.files.values())) <= 40_000
        assert not [name for name, text in case.files.items() if any(host in text for host in REGISTRIES)]
