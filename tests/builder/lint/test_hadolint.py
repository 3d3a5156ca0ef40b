"""Side by side with hadolint: what it finds, a rule of ours finds on the same line, but for what is named here."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from builder.lint import linted
from builder.lint.rules import RULES
from tests.builder.lint.cases import CASES, OS

PROGRAM = "SEXTANT_TEST_HADOLINT"
"""Names hadolint where it is not on the path."""

OTHERWISE = {
    "DL1000": "it cannot read the file: ours says what is wrong with the instruction",
    "DL1001": "says that comments silence something: here that is allowed, with a reason",
    "DL3049": "needs a list of labels that must be there",
    "DL3050": "needs a list of labels that may be there",
    "DL3054": "names of licences: a list of its own",
    "DL3026": "needs a list of registries that are trusted",
    "DL3055": "hashes in labels",
    "DL3058": "addresses in labels",
    "DL3059": "each two RUN in a row; ours asks for four, and leaves those with mounts",
    "DL3063": "as DL3059",
}
"""What hadolint has and we do not, with the reason."""

MORE = (
    f"{OS}RUN cd /tmp\nRUN cd /a && b\n",
    f"{OS}RUN apt-get update\n",
    f"{OS}RUN apt-get dist-upgrade\n",
    f"{OS}HEALTHCHECK CMD a\nHEALTHCHECK CMD b\n",
    f"{OS}ENTRYPOINT a\nENTRYPOINT b\n",
    f"{OS}RUN python3 -m pip install a\n",
    f"{OS}RUN zypper install a=1\n",
    f"{OS}RUN yum install -y a\n",
    f"{OS}RUN npm install express@latest foo\n",
    f"{OS}RUN wget -O - https://a.example | tar x\n",
    f"{OS}WORKDIR app/b\nCOPY a b c\n",
    f"{OS}RUN vim a && shutdown now\n",
    f"{OS}RUN yarn install\n",
    f"{OS}RUN useradd -u 123456 a\n",
)
"""Beyond the cases of the rules."""


def program() -> str:
    found = os.environ.get(PROGRAM) or shutil.which("hadolint")
    if not found:
        pytest.skip(f"hadolint is neither on the path nor named by {PROGRAM}")
    return found


def told(text: str, path: Path) -> list[tuple[str, int]]:
    """Return what hadolint finds: code and line. What it says of the shell's grammar is shellcheck's."""
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program(), "--no-fail", "-f", "json", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    lines = text.splitlines()
    return [
        (one["code"], one["line"])
        for one in json.loads(done.stdout)
        # The shell of a health check keeps no signal from anybody: its form is free.
        if re.match(r"DL\d", one["code"]) and not (one["code"] == "DL3025" and "HEALTHCHECK" in lines[one["line"] - 1])
    ]


def test_what_hadolint_finds_we_find(tmp_path: Path) -> None:
    by_code = {code: one.code for one in RULES for code in one.hadolint}
    missed: set[tuple[str, str]] = set()
    seen: set[str] = set()
    for text in (*(one.wrong for one in CASES), *MORE):
        ours = {(code, one.line) for one in linted(text) for code in one.hadolint}
        lines = {code for code, _ in ours}
        for code, line in told(text, tmp_path / "Dockerfile"):
            seen.add(code)
            if code not in OTHERWISE and (code, line) not in ours and code not in lines:
                missed.add((code, text[-120:] + str(by_code.get(code))))
    assert sorted({code for code, _ in missed}) == [], sorted(missed)
    assert len(seen) >= 40
