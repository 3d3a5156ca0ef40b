"""The hardened form: what it changes, what it leaves, and that it stays a Dockerfile of the same meaning."""

import pytest

from builder.lint import Surroundings, linted
from builder.lint.hardening import hardened
from builder.lint.source import source_of
from tests.builder.lint.cases import CASES, NODE, OS, Case
from tests.builder.lint.test_rules import HOSTILE

WHOLE = """\
# The shop. Ask Ada before you change it.
FROM docker.io/library/node:24-slim

MAINTAINER Ada <ada@a.example>
WORKDIR /srv
WORKDIR   app

# For the pictures.
RUN apt-get update && apt-get install -y \\
    # the tool itself
    imagemagick

ADD package.json .
COPY . .
EXPOSE 3000
CMD node server.js
"""

HARDENED = """\
# The shop. Ask Ada before you change it.
FROM docker.io/library/node:24-slim

LABEL org.opencontainers.image.authors="Ada <ada@a.example>"
WORKDIR /srv
WORKDIR   /srv/app

# For the pictures.
RUN apt-get update && apt-get install -y \\
    # the tool itself
    imagemagick && \\
    rm -rf /var/lib/apt/lists/*

COPY package.json .
COPY . .
EXPOSE 3000
CMD ["node", "server.js"]
"""


def test_only_what_is_sure_is_changed_and_everything_else_stays() -> None:
    made = hardened(WHOLE)
    assert made.text == HARDENED
    assert [one.finding.code for one in made.made] == [
        "file.maintainer", "file.workdir", "apt.lists", "copy.add", "command.shell-form",
    ]  # fmt: skip
    assert made.diff.startswith("--- a/Dockerfile\n+++ b/Dockerfile\n")
    left = {one.finding.code: one.why.en for one in made.left}
    assert "a build and a trial" in left["user.none"]
    assert "only a person" in left["base.undigested"]


def test_with_a_trial_it_leaves_root_and_asks_its_port() -> None:
    made = hardened(WHOLE, tried=True)
    assert "--no-install-recommends" in made.text
    lines = made.text.splitlines()
    assert lines.index("USER 10001:10001") < lines.index('CMD ["node", "server.js"]')
    assert any(line.startswith("HEALTHCHECK") for line in lines)
    assert {"user.none", "health.none"} & {one.code for one in linted(made.text)} == set()


@pytest.mark.parametrize("case", [one for one in CASES if one.after is not None], ids=lambda case: case.code)
def test_an_edit_answers_its_finding(case: Case) -> None:
    made = hardened(case.wrong, "Dockerfile", case.around)
    assert case.code in {one.finding.code for one in made.made}
    assert case.after is not None
    assert case.after in made.text
    assert case.code not in {one.code for one in linted(made.text, "Dockerfile", case.around)}


@pytest.mark.parametrize("tried", [False, True], ids=["sure", "tried"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}:{case.line}")
def test_hardening_twice_is_hardening_once(case: Case, tried: bool) -> None:
    for text in (case.wrong, case.right, case.wrong.replace("\n", "\r\n")):
        made = hardened(text, "Dockerfile", case.around, tried=tried)
        again = hardened(made.text, "Dockerfile", case.around, tried=tried)
        assert again.text == made.text
        assert (again.diff, again.made) == ("", ())
        assert source_of(made.text, "Dockerfile") is not None
        assert bool(made.diff) == (made.text != text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_come_out_as_dockerfiles_or_as_they_were(text: str) -> None:
    made = hardened(text, tried=True)
    assert made.text == text or source_of(made.text, "Dockerfile") is not None


@pytest.mark.parametrize(
    "text",
    [
        f'{OS}ENTRYPOINT ["/entry.sh"]\nCMD node a.js\n',
        f"{OS}CMD cd /app && node a.js\n",
        f"{OS}CMD a | b\n",
        f'{OS}SHELL ["/bin/bash", "-c"]\nCMD node a.js\n',
        f"{NODE}CMD exec node a.js\n",
        f"{OS}ADD bundle /app/\n",
        f"{OS}RUN apt-get update && apt-get install -y a=1\nRUN apt-get install -y b=1\n",
        "# escape=`\nFROM mcr.microsoft.com/windows/nanoserver:ltsc2022\nCMD app.exe\n",
    ],
    ids=range(8),
)
def test_what_could_change_the_program_is_left(text: str) -> None:
    assert hardened(text).text == text


def test_the_user_goes_before_what_only_describes() -> None:
    made = hardened(f'{OS}COPY a /a\nEXPOSE 8080\nENTRYPOINT ["/a"]\n', tried=True)
    assert "COPY a /a\nUSER 10001:10001\nEXPOSE 8080\n" in made.text


def test_a_privileged_port_or_a_volume_keeps_root() -> None:
    for line in ("EXPOSE 80", "VOLUME /data"):
        made = hardened(f'{OS}{line}\nCMD ["a"]\n', tried=True, around=Surroundings())
        assert "USER" not in made.text
