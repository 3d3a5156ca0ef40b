"""vercel.json and netlify.toml: what is built, which folder is published, which Node it is built with."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.truths import about
from builder.detect.truths.render import version_of
from builder.detect.truths.telling import Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase

_RUNTIMES = {"NODE_VERSION": "node", "PYTHON_VERSION": "python", "RUBY_VERSION": "ruby", "GO_VERSION": "go"}


class _Hosted:
    name = "hosted"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder what hosting of sites is told."""
        for path in about.named(look, "vercel.json"):
            held = look.json(path)
            for draft in about.meant(drafts, dirname(path))[:1]:
                telling = Telling(look=look, draft=draft, truth="vercel", path=path)
                _site(telling, held.get("buildCommand"), held.get("outputDirectory"), "outputDirectory")
                telling.build(held.get("installCommand"), "installCommand", install=True)
                for name, value in mapping(held.get("env")).items():
                    telling.variable(
                        name,
                        name,
                        value="" if text(value).startswith("@") else value,
                        secret=text(value).startswith("@"),
                    )
                for name, value in mapping(mapping(held.get("build")).get("env")).items():
                    telling.variable(name, name, value="" if text(value).startswith("@") else value, build_time=True)
        for path in about.named(look, "netlify.toml"):
            held = look.toml(path)
            build = mapping(held.get("build"))
            folder = about.inside(dirname(path), text(build.get("base")).strip("/") or ".")
            for draft in about.meant(drafts, folder if folder is not None else dirname(path))[:1]:
                telling = Telling(look=look, draft=draft, truth="netlify", path=path)
                functions = (
                    bool(mapping(held.get("functions")))
                    or bool(text(build.get("functions")))
                    or bool(listed(held.get("edge_functions")))
                )
                _site(telling, build.get("command"), build.get("publish"), "publish")
                if not functions and draft.kind.best in {Kind.OTHER, Kind.LIBRARY, None} and text(build.get("publish")):
                    telling.kind(Kind.STATIC, "publish")
                for name, value in mapping(build.get("environment")).items():
                    runtime = _RUNTIMES.get(name)
                    if runtime:
                        version_of(telling, runtime, text(value), name)
                    else:
                        telling.variable(name, name, value=value, build_time=True)
        return []


def _site(telling: Telling, command: object, published: object, at: str) -> None:
    telling.build(command, text(command))
    if telling.draft.kind.best in {Kind.STATIC, Kind.OTHER, Kind.LIBRARY, None}:
        telling.output(published, at)


HOSTED = _Hosted()
