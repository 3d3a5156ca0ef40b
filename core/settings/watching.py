"""The sections on watching a cluster and on telling others what changed there."""

from typing import Literal

from pydantic import Field, SecretStr

from core.settings.sections import MIB, Grace, Listed, Seconds, Section


class WatchSettings(Section):
    """How a cluster is watched, by ``diagnose --watch`` and by the service."""

    enabled: bool = Field(
        True, description="Whether the service watches what is diagnosed again and again. It spares the API server."
    )
    window_seconds: Seconds = Field(
        300,
        description="Seconds in which a second diagnosis of a namespace makes the service watch it. A one-off costs no "
        "watches; who looks twice in 5 min mostly looks again.",
    )
    idle_seconds: Seconds = Field(
        900, description="Seconds after which a watch cache that nobody asks is closed. A person reads and comes back."
    )
    max_caches: int = Field(
        8, ge=1, le=200, description="Watch caches at once, one for each caller and namespace; others are read live."
    )
    max_bytes: int = Field(
        128 * MIB,
        ge=MIB,
        description="Bytes of objects in one watch cache: some 25,000 pods. 8 of them stay near 1 GiB.",
    )
    reopen_seconds: int = Field(
        120,
        ge=10,
        le=3600,
        description="Seconds after which a watch is opened anew. The API server checks rights only then, so that a "
        "right that was taken away ends with it; each costs one request a kind.",
    )
    apart_seconds: Seconds = Field(
        5, description="Seconds between two looks at least, however much changes. People do not read faster."
    )
    look_seconds: Seconds = Field(
        30, description="Seconds after which it is looked again although nothing changed, since graces run out."
    )
    heal_seconds: Grace = Field(
        60, description="Seconds a cause must stay away to count as healed. Crash loops look well in between."
    )


class NotifySettings(Section):
    """Who is told of new, changed and healed causes. Nobody, unless a namespace and a receiver are set."""

    namespaces: Listed = Field(
        (), description="Namespaces that are followed, with commas; * for all. None by default: nobody asked for it."
    )
    webhook_url: SecretStr = Field(
        SecretStr(""), description="URL (http or https) that gets a JSON document for each notice. Empty: none."
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Key of the signature (HMAC-SHA256) of what is sent; give it by the environment. Empty: unsigned.",
    )
    webhook_secret_file: str = Field(
        "",
        description="Path of a file with that key, such as a mounted Secret. Read for each notice, so it may rotate.",
    )
    slack_url: SecretStr = Field(
        SecretStr(""), description="URL of an incoming webhook of Slack, or of what speaks like it. Empty: none."
    )
    slack_url_file: str = Field(
        "", description="Path of a file with that URL, which is itself a secret. Read at start and for each notice."
    )
    min_severity: Literal["critical", "high", "medium", "low"] = Field(
        "high", description="Severity from which a cause is told. Lower ones seldom need anybody at once."
    )
    settle_seconds: Grace = Field(
        120, description="Seconds a cause must stand, or stay away, before it is told. Most rollouts stumble and end."
    )
    per_minute: int = Field(
        6, ge=1, le=600, description="Notices a minute to each receiver at most; the rest comes as one summary."
    )
    send_seconds: Seconds = Field(
        20, le=120, description="Seconds for one notice, repeats included; later it is tried again as a whole."
    )
    keep_seconds: Seconds = Field(
        3600, description="Seconds for which a notice that cannot be delivered is kept. Older news helps nobody."
    )
    language: Literal["en", "zh"] = Field(
        "en", description="Language of chat messages. The JSON of a webhook holds both."
    )

    @property
    def configured(self) -> bool:
        """Say whether anybody is to be told anything."""
        return bool(
            self.namespaces or self.webhook_url.get_secret_value() or self.slack_url.get_secret_value()
        ) or bool(self.slack_url_file)
