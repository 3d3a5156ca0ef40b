"""What can go wrong with a language model. No message holds text of a prompt, of an answer or of the endpoint.

::

    SextantError
    └── ModelError                the model gave nothing that can be used             exit 1, HTTP 502
        ├── ModelNotConfigured    there is none to ask, or its package is missing     HTTP 503
        ├── ModelForbidden        live calls are switched off, as in tests            HTTP 503
        ├── ModelTooCostly        the call would pass a limit of tokens or cost       HTTP 422
        ├── ModelResting          the circuit breaker is open                         HTTP 503
        ├── ModelUnreachable      no answer, refused, broken off, TLS, DNS
        ├── ModelRefused          an answer with an error status, such as 401 or 404
        ├── ModelBusy             429 or 5xx beyond the retries                       HTTP 503
        ├── ModelTooSlow          the deadline passed                                 HTTP 504
        ├── ModelAnswerTooLong    it went on beyond the limits
        └── ModelAnswerBroken     not an answer, or not in the form that was asked for
"""

from core.errors import SextantError


class ModelError(SextantError):
    """The language model gave nothing that can be used. ``seconds`` says how long that took."""

    code, status, title = "model", 502, "The language model gave no answer that can be used"

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.seconds = 0.0


class ModelNotConfigured(ModelError):
    """There is no model to ask, or what talks to it is not installed."""

    code, status, title = "model_not_configured", 503, "No language model is configured"


class ModelForbidden(ModelError):
    """Live calls are switched off."""

    code, status, title = "model_forbidden", 503, "Live calls of a language model are switched off"


class ModelTooCostly(ModelError):
    """The call would pass a limit of the settings."""

    code, status, title = "model_too_costly", 422, "The call of the language model would cost too much"


class ModelResting(ModelError):
    """The last calls failed, so none is tried for a while."""

    code, status, retryable, title = "model_resting", 503, True, "The language model failed and is left alone for now"


class ModelUnreachable(ModelError):
    """The endpoint gave no answer, or broke off."""

    code, retryable, title = "model_unreachable", True, "The language model cannot be reached"


class ModelRefused(ModelError):
    """The endpoint answered with an error that repeating does not change. ``http_status`` is its status."""

    code, title = "model_refused", "The language model refused the request"

    def __init__(self, message: str, *, http_status: int, next_step: str = "") -> None:
        super().__init__(message, next_step=next_step)
        self.http_status = http_status


class ModelBusy(ModelError):
    """The endpoint asked to come back later, or failed, more often than the retries allow."""

    code, status, retryable, title = "model_busy", 503, True, "The language model is too busy to answer"


class ModelTooSlow(ModelError):
    """The answer was not complete at the deadline."""

    code, status, retryable, title = "model_too_slow", 504, True, "The language model took too long"


class ModelAnswerTooLong(ModelError):
    """The answer went on beyond the limits of the settings."""

    code, title = "model_answer_too_long", "The answer of the language model is too long"


class ModelAnswerBroken(ModelError):
    """What came is not an answer, or not in the form that was asked for."""

    code, title = "model_answer_broken", "The answer of the language model cannot be read"
