"""What stays out of a build."""

from dataclasses import replace

from builder.dockerfile import dockerignore
from builder.recipe import Generated
from builder.tree import Tree
from tests.builder.components import component, recipe

GITIGNORE = "# made\n\ndist/\n/config/local.yml\n*.sqlite3\n!keep.sqlite3\n*\n!/\n"


def test_patterns_of_git_are_anchored_and_secrets_come_last() -> None:
    text = dockerignore(component(), recipe(), Tree.of({".gitignore": GITIGNORE}))
    lines = text.splitlines()
    assert lines.index("**/dist") > lines.index(".git")
    assert {"config/local.yml", "**/*.sqlite3", "!**/keep.sqlite3"} <= set(lines)
    assert "**/*" not in lines
    assert lines.index("**/.env") > lines.index("**/dist")
    assert lines.index("!**/.env.example") > lines.index("**/.env.*")


def test_what_the_build_adds_is_let_in() -> None:
    made = replace(recipe(), files=(Generated(path="nginx.sextant.conf", text=""),), ignored=("docs",))
    lines = dockerignore(component(), made, Tree.of({})).splitlines()
    assert lines[-1] == "!nginx.sextant.conf"
    assert "docs" in lines
    assert "# What Git ignores" not in lines


def test_the_gitignore_of_the_context_counts() -> None:
    tree = Tree.of({"api/.gitignore": "made/\n", ".gitignore": "other/\n"})
    text = dockerignore(component(path="api", context="api"), recipe(), tree)
    assert "**/made" in text
    assert "other" not in text
