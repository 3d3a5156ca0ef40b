"""Scripts by which people start it (start.sh, entrypoint.sh, run.sh), where nothing else says it better."""

from collections.abc import Sequence
from typing import Final

from builder.detect.shared.purposes import develops, idles
from builder.detect.truths.scripting import main_of
from builder.detect.truths.telling import DEVELOPMENT, Telling
from builder.draft import Draft
from builder.grounds import CONVENTION
from builder.look import Look
from core.phrase import Phrase

NAMES: Final = (
    "start.sh", "entrypoint.sh", "docker-entrypoint.sh", "run.sh", "serve.sh", "start-server.sh", "start_server.sh",
    "run_server.sh",
    "boot.sh", "bin/start", "bin/start.sh", "bin/run.sh", "bin/web", "scripts/start.sh", "scripts/run.sh",
    "scripts/entrypoint.sh",
    "docker/entrypoint.sh", "docker/start.sh", "scripts/start-server.sh",
)  # fmt: skip
"""By common names, the likeliest first."""

SURE: Final = CONVENTION - 0.05
"""A script may be for one machine or for developing: a framework's documented start is believed first."""


class _Scripts:
    name = "scripts"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell each draft what the script beside it runs in the end."""
        paths = [one.path for one in drafts]
        for draft in drafts:
            if draft.provider in {"shell", "dockerfile"} or paths.count(draft.path) > 1:
                continue
            place = look.at(draft.path)
            for name in NAMES:
                found = main_of(place, name) if place.has(name) else None
                if found is None:
                    continue
                telling = Telling(look=look, draft=draft, truth="scripts", path=place.file(name), sure=SURE)
                for one in found.before:
                    telling.task_of_line(one, one.text)
                if found.main is not None and not idles(found.main) and not found.passes:
                    weaker = Telling(
                        look=look, draft=draft, truth="scripts", path=place.file(name), sure=DEVELOPMENT - 0.1
                    )
                    given = found.main.argv or found.main.line
                    (weaker if develops(found.main) else telling).start(given, found.line)
                    break
        return []


SCRIPTS = _Scripts()
