"""Tell others what changed: the port ``Notifier``, its adapters, and the outbox that keeps them quiet and bounded.

Belongs here: what a notice is, how it is sent and signed, repeated, held back and summed up. Does not belong here: what
is worth a notice (``diagnose.following`` says what changed, the service which of it is told).

Receivers come from the settings alone, never from a cluster, a recording or a request.
"""

from core.notify.errors import NotDelivered
from core.notify.notice import Notice, Notifier
from core.notify.outbox import Outbox
from core.notify.receivers import receivers
from core.notify.signature import SIGNATURE, sign, verify_signature
from core.notify.slack import Slack
from core.notify.webhook import Webhook

__all__ = [
    "SIGNATURE",
    "NotDelivered",
    "Notice",
    "Notifier",
    "Outbox",
    "Slack",
    "Webhook",
    "receivers",
    "sign",
    "verify_signature",
]
