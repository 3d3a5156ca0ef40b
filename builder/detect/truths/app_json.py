"""app.json of Heroku and Dokku: variables, add-ons, release tasks, health checks. Expo's file of that name is none."""

from collections.abc import Mapping, Sequence
from posixpath import dirname
from typing import Any, Final

from builder.detect.shared.commands import taken
from builder.detect.shared.purposes import task_of
from builder.detect.truths import about
from builder.detect.truths.telling import Telling
from builder.detect.truths.values import listed, mapping, text
from builder.draft import Draft
from builder.look import Look
from core.phrase import Phrase

ADDONS: Final[dict[str, str]] = {
    "heroku-postgresql": "postgresql", "crunchybridge": "postgresql", "heroku-redis": "redis", "rediscloud": "redis",
    "redistogo": "redis",
    "openredis": "redis", "upstash-redis": "redis", "upstash": "redis", "cleardb": "mysql", "jawsdb": "mysql",
    "jawsdb-maria": "mariadb", "stackhero-mysql": "mysql",
    "mongolab": "mongodb", "mongohq": "mongodb", "ormongo": "mongodb", "mongodb-atlas": "mongodb",
    "heroku-kafka": "kafka", "cloudkarafka": "kafka",
    "cloudamqp": "rabbitmq", "bucketeer": "object-storage", "cloudcube": "object-storage", "bonsai": "elasticsearch",
    "foundelasticsearch": "elasticsearch",
    "searchbox": "elasticsearch", "memcachier": "memcached", "memcachedcloud": "memcached", "sendgrid": "smtp",
    "mailgun": "smtp", "postmark": "smtp",
    "sparkpost": "smtp", "mailtrap": "smtp", "graphenedb": "neo4j", "mssql": "sqlserver",
}  # fmt: skip
"""Add-ons of Heroku by the service that they are."""

_OWN = frozenset(
    {
        "env",
        "formation",
        "addons",
        "buildpacks",
        "scripts",
        "healthchecks",
        "stack",
        "image",
        "environments",
        "success_url",
        "repository",
        "website",
        "logo",
    }
)


class _AppJson:
    name = "app.json"

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Tell the draft of the folder what the platform gives to it."""
        for path in about.named(look, "app.json"):
            held = look.json(path)
            if "expo" in held or not _OWN & held.keys():
                continue
            for draft in about.meant(drafts, dirname(path))[:1]:
                _told(Telling(look=look, draft=draft, truth="app-json", path=path), held)
        return []


def _told(telling: Telling, held: Mapping[str, Any]) -> None:
    for name, one in mapping(held.get("env")).items():
        given = mapping(one)
        value = given.get("value") if isinstance(one, dict) else one
        made = text(given.get("generator")) == "secret"
        needed = isinstance(one, dict) and given.get("required", True) is not False and value in (None, "") and not made
        telling.variable(name, f'"{name}"', value=value, secret=made, required=needed)
    for one in listed(held.get("addons")):
        plan = text(one) or text(mapping(one).get("plan"))
        if service := ADDONS.get(plan.partition(":")[0]):
            telling.service(service, plan)
    scripts = mapping(held.get("scripts"))
    dokku = mapping(scripts.get("dokku"))
    for name, script in (("postdeploy", scripts.get("postdeploy")), ("predeploy", dokku.get("predeploy"))):
        if line := text(script):
            main = taken(line).main
            purpose = task_of(main.text.split()) if main else ""
            telling.task(purpose or name, purpose or "migrate", line, f'"{name}"')
    for checks in mapping(held.get("healthchecks")).values():
        for check in listed(checks):
            telling.health(mapping(check).get("path"), '"path"')


APP_JSON = _AppJson()
