"""railway.json, railway.toml: start command, what runs before a deployment, health path, schedule."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.truths import about
from builder.detect.truths.telling import Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from builder.plan import Kind
from core.phrase import Phrase


class _Railway:
    name = "railway"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder how it is deployed."""
        for path in about.named(look, "railway.toml", "railway.json"):
            held = look.toml(path) if path.endswith(".toml") else look.json(path)
            build, deploy = mapping(held.get("build")), mapping(held.get("deploy"))
            for draft in about.meant(drafts, dirname(path))[:1]:
                telling = Telling(look=look, draft=draft, truth="railway", path=path)
                telling.build(build.get("buildCommand"), "buildCommand")
                telling.health(deploy.get("healthcheckPath"), "healthcheckPath")
                line, schedule = text(deploy.get("startCommand")), text(deploy.get("cronSchedule"))
                if line:
                    telling.start(line, "startCommand")
                if schedule:
                    telling.kind(Kind.SCHEDULED, "cronSchedule")
                    telling.task(
                        "schedule",
                        "schedule",
                        line or (draft.start.best.text if draft.start.best else ""),
                        "cronSchedule",
                        schedule,
                    )
                before = deploy.get("preDeployCommand")
                for one in listed(before) or [before]:
                    if text(one):
                        telling.task("release", "migrate", text(one), "preDeployCommand")
        return []


RAILWAY = _Railway()
