"""devcontainer.json: the versions and ports that people develop with. Weaker than anything that runs it for users."""

import re
from collections.abc import Sequence
from posixpath import basename, dirname

from builder.detect.truths import about
from builder.detect.truths.images import language_of
from builder.detect.truths.render import version_of
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from core.phrase import Phrase

_FEATURES = {
    "node": "node",
    "python": "python",
    "go": "go",
    "ruby": "ruby",
    "java": "java",
    "dotnet": "dotnet",
    "php": "php",
    "deno": "deno",
    "bun": "bun",
    "rust": "rust",
}
_TEMPLATE = re.compile(r":(?:\d+(?:\.\d+){0,2}|dev)-(?=\d)")
"""The version of the devcontainer image itself, before that of the language."""


class _Devcontainer:
    name = "devcontainer"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the drafts around what they are developed with."""
        for path in about.named(look, "devcontainer.json", ".devcontainer.json"):
            held = look.json(path)
            folder = dirname(path)
            while ".devcontainer" in folder.split("/"):
                folder = dirname(folder)
            here = about.meant(drafts, folder) or [one for one in drafts if one.path.startswith(folder)]
            for draft in here:
                telling = Telling(look=look, draft=draft, truth="devcontainer", path=path, sure=DEVELOPMENT)
                known = language_of(
                    _TEMPLATE.sub(
                        ":",
                        text(held.get("image")).replace("typescript-node", "node").replace("javascript-node", "node"),
                    )
                )
                if known:
                    telling.runtime(known[1], known[2], "image")
                for name, one in mapping(held.get("features")).items():
                    runtime = _FEATURES.get(basename(name).partition(":")[0])
                    given = text(mapping(one).get("version")) if isinstance(one, dict) else text(one)
                    if runtime:
                        version_of(telling, runtime, given, basename(name))
                ports = [
                    one
                    for one in listed(held.get("forwardPorts")) + listed(held.get("appPort"))
                    if isinstance(one, int)
                ]
                if len(here) == 1 and len(ports) == 1:
                    telling.port(ports[0], "forwardPorts")
        return []


DEVCONTAINER = _Devcontainer()
