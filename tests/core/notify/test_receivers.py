"""Receivers come from the settings; what cannot work is said at start, without the secret in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.errors import SettingInvalid
from core.notify import receivers
from core.settings import NotifySettings

HOOK = "https://hooks.example/services/T0/s3cr3t"


def test_nobody_is_told_by_default() -> None:
    assert receivers(NotifySettings()) == ()
    assert not NotifySettings().configured


def test_each_receiver_that_is_set_is_there(tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text(HOOK + "\n", encoding="utf-8")
    settings = NotifySettings.model_validate(
        {"namespaces": "shop, bank", "webhook_url": "http://127.0.0.1:9/x", "slack_url_file": str(path)}
    )
    assert settings.namespaces == ("shop", "bank")
    assert [receiver.name for receiver in receivers(settings)] == ["webhook", "slack"]
    assert "s3cr3t" not in repr(settings.model_copy(update={"slack_url": settings.slack_url}))


@dataclass(frozen=True, kw_only=True)
class Wrong:
    id: str
    says: str
    settings: dict[str, Any]


WRONG = (
    Wrong(id="no receiver", settings={"namespaces": "shop"}, says="nobody to tell"),
    Wrong(id="no namespace", settings={"webhook_url": HOOK}, says="no namespace to follow"),
    Wrong(
        id="another scheme",
        settings={"namespaces": "a", "webhook_url": "file:///etc/s3cr3t"},
        says="notify.webhook_url",
    ),
    Wrong(id="no host", settings={"namespaces": "a", "webhook_url": "https:///s3cr3t"}, says="notify.webhook_url"),
    Wrong(id="a user", settings={"namespaces": "a", "webhook_url": "https://u:s3cr3t@h/"}, says="notify.webhook_url"),
    Wrong(id="a bad port", settings={"namespaces": "a", "slack_url": "https://h:x/s3cr3t"}, says="notify.slack_url"),
    Wrong(id="a line break", settings={"namespaces": "a", "slack_url": "https://h/\ns3cr3t"}, says="notify.slack_url"),
    Wrong(id="no file", settings={"namespaces": "a", "slack_url_file": "/nowhere/x"}, says="notify.slack_url_file"),
    Wrong(
        id="no key file",
        settings={"namespaces": "a", "webhook_url": HOOK, "webhook_secret_file": "/nowhere/x"},
        says="notify.webhook_secret_file",
    ),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_what_cannot_work_is_refused(case: Wrong) -> None:
    with pytest.raises(SettingInvalid, match=case.says) as raised:
        receivers(NotifySettings.model_validate(case.settings))
    assert "s3cr3t" not in raised.value.message
