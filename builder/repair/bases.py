"""Other forms of the same base image, by the names that its tags have on Docker Hub."""

import re
from dataclasses import replace

from builder.recipe import Base, Recipe

_DEBIAN = {
    "docker.io/library/python": "{}-slim-bookworm", "docker.io/library/node": "{}-bookworm-slim",
    "docker.io/library/golang": "{}-bookworm", "docker.io/library/rust": "{}-slim-bookworm",
    "docker.io/library/ruby": "{}-slim-bookworm", "docker.io/library/elixir": "{}-slim",
    "docker.io/oven/bun": "{}-slim",
}  # fmt: skip
"""How the tag of a release looks where the system is Debian."""


def changed(recipe: Recipe, form: str) -> Recipe:
    """Return the recipe with ``full`` bases in the stages that build, or with Debian in place of Alpine throughout."""
    if form == "full":
        stages = tuple(replace(one, base=full(one.base)) for one in recipe.stages)
        return replace(recipe, stages=stages)
    stages = tuple(replace(one, base=debian(one.base)) for one in recipe.stages)
    return replace(recipe, stages=stages, final=replace(recipe.final, base=debian(recipe.final.base)))


def full(base: Base) -> Base:
    """Return the form of a base with compilers and tools."""
    return replace(base, tag=re.sub(r"-slim(?=-|$)", "", base.tag))


def debian(base: Base) -> Base:
    """Return the form of a base with glibc; the same where it is none of Alpine or its names are not known."""
    if base.image == "docker.io/library/alpine":
        return Base(image="docker.io/library/debian", tag="bookworm-slim")
    found = re.fullmatch(r"(.+?)-alpine[\d.]*", base.tag)
    form = _DEBIAN.get(base.image)
    return replace(base, tag=form.format(found[1])) if found and form else base
