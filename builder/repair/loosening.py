# ruff: noqa: E501 - a table: each row stands together
"""Frozen installs and their named fallbacks; what takes packages for developing away. Documented flags of each tool."""

import re

_FALLBACKS: dict[str, tuple[tuple[str, str], ...]] = {
    "npm": ((r"\bnpm (?:ci|clean-install)\b", "npm install"),),
    "pnpm": ((r"\b(pnpm (?:install|i)\b[^&|;]*?) --frozen-lockfile(?:=true)?(?=\s|$)", r"\1 --no-frozen-lockfile"),),
    "yarn": ((r"\b(yarn(?: install)?\b[^&|;]*?) --frozen-lockfile(?=\s|$)", r"\1"),
             (r"\b(yarn install\b[^&|;]*?) --immutable(?=\s|$)", r"\1 --no-immutable")),
    "bun": ((r"\b(bun (?:install|i)\b[^&|;]*?) --frozen-lockfile(?=\s|$)", r"\1"),),
    "uv": ((r"\b(uv (?:sync|run)\b[^&|;]*?) --(?:locked|frozen)(?=\s|$)", r"\1"),),
    "poetry": ((r"(?<!poetry lock && )\bpoetry install\b", "poetry lock && poetry install"),),
    "pdm": ((r"\bpdm sync\b", "pdm install"), (r"\b(pdm install\b[^&|;]*?) --(?:frozen-lockfile|check|no-lock)(?=\s|$)", r"\1")),
    "pipenv": ((r"\b(pipenv install\b[^&|;]*?) --(?:deploy|ignore-pipfile)(?=\s|$)", r"\1"), (r"\bpipenv sync\b", "pipenv install")),
    "cargo": ((r"\b(cargo \w+\b[^&|;]*?) --(?:locked|frozen)(?=\s|$)", r"\1"),),
    "go": ((r"(?<!-mod=mod )\bgo (build|install)\b(?: -mod=(?:readonly|vendor)(?=\s))?", r"go \1 -mod=mod"),
           (r"-mod=mod -mod=mod", "-mod=mod")),
    "bundler": ((r"\bbundle config set (--global |--local )?(frozen|deployment) (?:true|1)\b", r"bundle config set \1\2 false"),
                (r"\b(bundle install\b[^&|;]*?) --(?:deployment|frozen)(?=\s|$)", r"\1")),
    "composer": ((r"\bcomposer (?:install|i)\b", "composer update"),),
    "mix": ((r"\b(mix deps\.get\b[^&|;]*?) --check-locked(?=\s|$)", r"\1"),),
    "dotnet": ((r"\b(dotnet restore\b[^&|;]*?) --locked-mode(?=\s|$)", r"\1"),),
}  # fmt: skip
"""By the tool, what is replaced in a line, and by what."""

_DROPPED = (
    r"\bnpm (?:prune|dedupe) [^&|;]*", r"(?:\bCI=true )?\bpnpm prune [^&|;]*", r"\byarn install [^&|;]*--production[^&|;]*",
    r"\bbundle config set (?:--global |--local )?without [^&|;]*", r"\byarn workspaces focus [^&|;]*--production[^&|;]*",
)  # fmt: skip
_FLAGS = re.compile(
    r" (?:--omit[= ]dev|--production(?:=true)?|--only=prod(?:uction)?|--prod|--no-dev|--without[= ]dev|--only[= ]main)(?=\s|$)"
)


def loosened(line: str, tool: str) -> str:
    """Return a line whose frozen install of a tool is replaced by its fallback."""
    for seen, put in _FALLBACKS[tool]:
        line = re.sub(seen, put, line)
    return line


def kept(line: str) -> str:
    """Return a line that leaves packages for developing where they are; empty where it did nothing else."""
    for seen in _DROPPED:
        line = re.sub(rf"(?:\s*&&\s*)?{seen}$|^{seen}(?:&&\s*)?", "", line.strip())
    return _FLAGS.sub("", line)
