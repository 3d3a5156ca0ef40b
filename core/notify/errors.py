"""What can go wrong with a notice. No message holds the receiver's address, which may be a secret.

::

    SextantError
    └── NotDelivered              the receiver did not take it                        exit 1, HTTP 502
"""

from core.errors import SextantError


class NotDelivered(SextantError):
    """The receiver did not take a notice. ``again`` says whether it may take it later."""

    code, status, title = "not_delivered", 502, "The notice was not delivered"

    def __init__(self, message: str, *, again: bool = False, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.again = again
