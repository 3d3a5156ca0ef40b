"""Which Dockerfile is built from which folder: as compose files, platforms' files and workflows say."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join

from builder.detect.truths import about
from builder.detect.truths.composing import Service, services
from builder.detect.truths.values import listed, mapping, text
from builder.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A Dockerfile and its context (None: nobody says)."""

    dockerfile: str
    context: str | None
    target: str
    service: str
    developing: bool


def builds(look: Look) -> list[Built]:
    """Return what is built of a tree, the likeliest first."""
    found = [*_composed(look), *_hosted(look)]
    return sorted(found, key=lambda one: one.developing)


def _composed(look: Look) -> Iterator[Built]:
    for one in services(look):
        if one.context is None or one.dockerfile is None:
            continue
        yield Built(
            dockerfile=one.dockerfile,
            context=one.context,
            target=_target(one),
            service=one.name,
            developing=one.developing,
        )


def _target(one: Service) -> str:
    return "" if one.developing else one.target


def _hosted(look: Look) -> Iterator[Built]:
    for path in about.named(look, "fly.toml"):
        build = mapping(look.toml(path).get("build"))
        given = about.inside(dirname(path), text(build.get("dockerfile"))) if build.get("dockerfile") else None
        if given:
            yield Built(
                dockerfile=given,
                context=dirname(path),
                target=text(build.get("build-target")),
                service="",
                developing=False,
            )
    for path in about.named(look, "render.yaml", "render.yml"):
        for one in listed(mapping(look.yaml(path)).get("services")):
            item = mapping(one)
            root = text(item.get("rootDir"))
            name = text(item.get("dockerfilePath"))
            given = about.inside(join(dirname(path), root), name) if name else None
            context = about.inside(join(dirname(path), root), text(item.get("dockerContext")) or ".")
            if given:
                yield Built(
                    dockerfile=given, context=context, target="", service=text(item.get("name")), developing=False
                )
