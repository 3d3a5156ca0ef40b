"""What we write ourselves, under hadolint and under our own rules: nothing is found."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from builder.lint import Severity, linted
from builder.lint.hardening import hardened
from builder.lint.rules import RULES
from tests.builder.lint.generated import everything
from tests.builder.lint.test_hadolint import program

pytestmark = pytest.mark.timeout(400)

ENOUGH = 300
"""Dockerfiles that the trees must give at least: fewer means that the collection broke."""

EXPECTED: dict[str, str] = {
    "base.ended": "the project asks for a release that is out of support, and the plan says so",
    "cache.source-first": "what is installed stands in the source itself: a path, or no file that names it alone",
    "expose.privileged": "the program itself asks for this port; the manifests let it",
    "fetch.repository": "vcpkg is its repository; the project's manifest pins what it gives",
    "npm.unpinned": "corepack brings the release that the project names",
    "pip.unpinned": "a tool that the project does not name and so does not pin",
    "run.cd": "one file of a build is looked for, in a stage that is thrown away",
    "run.pipefail": "one file of a build is looked for; without it the next command fails",
}
"""What our rules may say of our own files, with the reason."""

OTHERS: dict[str, str] = {
    "DL3003": EXPECTED["run.cd"],
    "DL3013": EXPECTED["pip.unpinned"],
    "DL3016": EXPECTED["npm.unpinned"],
    "DL3042": "in a stage that is thrown away with its cache",
    "DL3059": "layers of their own: each is kept in the cache by itself",
    "DL4006": EXPECTED["run.pipefail"],
    "SC2010": "names of build results: they hold no strange signs",
}
"""What hadolint may say of our files. Each is a wish to the recipe that writes it, and goes from here with it."""


def test_our_rules_find_nothing_in_what_we_write() -> None:
    found: Counter[str] = Counter()
    example: dict[str, str] = {}
    for name, one in everything():
        for each in linted(one.text, one.dockerfile):
            if each.code not in EXPECTED:
                found[each.code] += 1
                example.setdefault(each.code, f"{name}: {each.evidence.source} {each.evidence.quote}")
    assert {code: (count, example[code]) for code, count in found.items()} == {}
    assert len(everything()) >= ENOUGH


def test_hardening_leaves_what_we_write() -> None:
    for name, one in everything():
        assert hardened(one.text, tried=True).text == one.text, name


def test_hadolint_finds_nothing_in_what_we_write(tmp_path: Path) -> None:
    names = {}
    for at, (name, one) in enumerate(everything()):
        path = tmp_path / f"{at}.Dockerfile"
        path.write_text(one.text, encoding="utf-8")
        names[str(path)] = name
    done = subprocess.run(
        [program(), "--no-fail", "-f", "json", *names], capture_output=True, text=True, timeout=300, check=False
    )
    found = [f"{one['code']} {names[one['file']]}:{one['line']} {one['message']}" for one in json.loads(done.stdout)]
    assert [one for one in found if one.split(" ", 1)[0] not in OTHERS] == []


def test_severities_are_used_as_they_are_meant() -> None:
    assert {one.severity for one in RULES} == set(Severity)
