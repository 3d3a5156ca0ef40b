"""The receivers that the settings name."""

import functools
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from core.errors import SettingInvalid
from core.notify.notice import Notifier
from core.notify.posting import Posting, checked_url
from core.notify.slack import Slack
from core.notify.webhook import Webhook
from core.settings import NotifySettings


def receivers(settings: NotifySettings) -> tuple[Notifier, ...]:
    """Return who is told. Raises ``SettingInvalid`` where what is set cannot work."""
    found: list[Notifier] = []
    if address := settings.webhook_url.get_secret_value():
        secret = _reader(settings.webhook_secret, settings.webhook_secret_file, "notify.webhook_secret_file")
        secret()
        posting = Posting(seconds=settings.send_seconds, name="The webhook")
        found.append(Webhook(checked_url(address, "notify.webhook_url"), posting, secret=secret))
    if settings.slack_url.get_secret_value() or settings.slack_url_file:
        read = _reader(settings.slack_url, settings.slack_url_file, "notify.slack_url_file")
        setting = "notify.slack_url_file" if settings.slack_url_file else "notify.slack_url"
        url = functools.partial(_url, read, setting)
        url()
        posting = Posting(seconds=settings.send_seconds, name="The chat's webhook")
        found.append(Slack(url, posting, language=settings.language))
    if settings.namespaces and not found:
        raise SettingInvalid(
            "notify.namespaces is set, and nobody to tell.",
            next_step="Set notify.webhook_url or notify.slack_url.",
        )
    if found and not settings.namespaces:
        raise SettingInvalid(
            "A receiver of notices is set, and no namespace to follow.",
            next_step="Set notify.namespaces, to * for all.",
        )
    return tuple(found)


def _url(read: Callable[[], str], setting: str) -> str:
    return checked_url(read(), setting)


def _reader(value: SecretStr, path: str, setting: str) -> Callable[[], str]:
    """Return what gives a secret: from its file, anew each time, or as it was set."""
    if not path:
        return value.get_secret_value

    def read() -> str:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as exc:
            raise SettingInvalid(f"{setting}: the file cannot be read ({type(exc).__name__}).") from exc

    return read
