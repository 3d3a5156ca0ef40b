"""Ask a language model: one call with a deadline, repeats, limits and a circuit breaker."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from core.llm import vendor
from core.llm.breaker import Breaker
from core.llm.errors import (
    ModelAnswerTooLong,
    ModelBusy,
    ModelError,
    ModelForbidden,
    ModelNotConfigured,
    ModelRefused,
    ModelResting,
    ModelTooCostly,
    ModelTooSlow,
    ModelUnreachable,
)
from core.llm.exchange import Message, Reply, Usage, estimated_tokens, parsed
from core.llm.live import SWITCH, live_forbidden, on_loopback
from core.settings import ModelSettings

T = TypeVar("T", bound=BaseModel)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
CHARS_PER_TOKEN = 8
"""More characters than that come of no token that a limit counted: the endpoint does not keep the limit."""

AGAINST_THE_ENDPOINT = (ModelUnreachable, ModelBusy, ModelTooSlow, ModelRefused)
"""Errors that the circuit breaker counts. A bad answer says nothing about whether the next call is worth trying."""

REPEATABLE = (ModelUnreachable, ModelBusy)


@dataclass(kw_only=True)
class Model:
    """A language model behind an OpenAI-compatible endpoint. Keep one per process: it holds the circuit breaker.

    ``used`` adds up what all calls took. Connections are opened for each call, so that any event loop may call.
    """

    settings: ModelSettings
    chance: random.Random = field(default_factory=random.SystemRandom, repr=False)
    used: Usage = field(default_factory=Usage, init=False)
    breaker: Breaker = field(init=False, repr=False)
    _dialect: vendor.Dialect = field(default_factory=vendor.Dialect, init=False, repr=False)

    def __post_init__(self) -> None:
        self.breaker = Breaker(failures=self.settings.breaker_failures, seconds=self.settings.breaker_seconds)

    async def complete(self, messages: Sequence[Message], *, seconds: float | None = None) -> Reply:
        """Return an answer as text, at the latest after ``seconds`` (of the settings, when None).

        Raises a ``ModelError``, which knows the seconds it took.
        """
        return await self._call(messages, None, seconds)

    async def complete_json(
        self, messages: Sequence[Message], schema: type[T], *, seconds: float | None = None
    ) -> tuple[T, Reply]:
        """Return an answer of the given form. Raises as ``complete``, and ``ModelAnswerBroken`` for another form."""
        reply = await self._call(messages, schema, seconds)
        try:
            return parsed(reply.text, schema), reply
        except ModelError as exc:
            exc.seconds = reply.seconds
            raise

    async def _call(self, messages: Sequence[Message], schema: type[BaseModel] | None, seconds: float | None) -> Reply:
        clock = asyncio.get_running_loop().time
        began = clock()
        limit = self.settings.request_seconds if seconds is None else min(seconds, self.settings.request_seconds)
        try:
            expected = self._admitted(messages)
            if wait := self.breaker.enter(began):
                raise ModelResting(f"The last calls of the model failed: none is tried for {wait:.0f} s.")
            return await self._guarded(messages, schema, expected, began, began + limit)
        except ModelError as exc:
            exc.seconds = clock() - began
            raise

    def _admitted(self, messages: Sequence[Message]) -> int:
        """Return the estimated tokens of the prompt. Raises where the call must not be made."""
        settings = self.settings
        if not settings.configured:
            raise ModelNotConfigured(
                "No language model is configured.",
                next_step="Set model.base_url and model.name (SEXTANT_MODEL__BASE_URL, SEXTANT_MODEL__NAME).",
            )
        if live_forbidden() and not on_loopback(settings.base_url):
            raise ModelForbidden(f"{SWITCH} is set: only a model on the loopback may be asked.")
        tokens = sum(estimated_tokens(message.text) for message in messages)
        if tokens > settings.max_input_tokens:
            raise ModelTooCostly(
                f"The prompt has about {tokens} tokens, and model.max_input_tokens allows {settings.max_input_tokens}."
            )
        most = self._usage(tokens, settings.max_output_tokens, estimated=True).cost
        if settings.max_cost and most > settings.max_cost:
            raise ModelTooCostly(f"The call may cost {most:.4f}, and model.max_cost allows {settings.max_cost:g}.")
        return tokens

    async def _guarded(
        self, messages: Sequence[Message], schema: type[BaseModel] | None, expected: int, began: float, deadline: float
    ) -> Reply:
        clock = asyncio.get_running_loop().time
        attempts = [0]
        try:
            async with asyncio.timeout_at(deadline):
                got = await self._repeated(messages, schema, expected, deadline, attempts)
        except TimeoutError as exc:
            self.breaker.failed_at(clock())
            raise ModelTooSlow(f"The model did not end its answer within {deadline - began:g} s.") from exc
        except AGAINST_THE_ENDPOINT:
            self.breaker.failed_at(clock())
            raise
        except BaseException:
            self.breaker.left()
            raise
        self.breaker.succeeded()
        text, usage = got
        return Reply(text=text, model=self.settings.name, usage=usage, seconds=clock() - began, attempts=attempts[0])

    async def _repeated(
        self,
        messages: Sequence[Message],
        schema: type[BaseModel] | None,
        expected: int,
        deadline: float,
        attempts: list[int],
    ) -> tuple[str, Usage]:
        """Call until there is an answer, with pauses that have jitter and never reach beyond the deadline."""
        clock = asyncio.get_running_loop().time
        await asyncio.to_thread(vendor.load)
        key = await self._key()
        tries = 0
        async with vendor.opened(
            self.settings.base_url, key, self.settings.request_seconds, self.settings.max_answer_bytes
        ) as client:
            while True:
                attempts[0] += 1
                try:
                    return await self._once(client, messages, schema, expected)
                except vendor.faults() as exc:
                    fault = vendor.fault_of(exc)
                    if self._plainer(fault):
                        continue
                    tries += 1
                    pause = self._pause(tries, fault.retry_after)
                    spent = tries > self.settings.retries or clock() + pause >= deadline
                    if spent or not isinstance(fault.error, REPEATABLE):
                        raise fault.error from (None if fault.error is exc else exc)
                    await asyncio.sleep(pause)

    async def _once(
        self, client: object, messages: Sequence[Message], schema: type[BaseModel] | None, expected: int
    ) -> tuple[str, Usage]:
        settings = self.settings
        body = vendor.request(
            name=settings.name,
            messages=messages,
            max_tokens=settings.max_output_tokens,
            temperature=settings.temperature,
            dialect=self._dialect,
            schema=schema.model_json_schema() if schema else None,
        )
        got = vendor.Streamed()
        try:
            await vendor.stream(client, body, got, settings.max_output_tokens * CHARS_PER_TOKEN)
        finally:
            text = "".join(got.parts)
            usage = self._counted(got, text, expected)
        if got.finish == "length":
            raise ModelAnswerTooLong(f"The answer was cut at {settings.max_output_tokens} tokens.")
        if not got.finish:
            raise ModelUnreachable("The answer of the model broke off.")
        return text, usage

    def _counted(self, got: vendor.Streamed, text: str, expected: int) -> Usage:
        """Count what a call took, also one that failed: it was paid."""
        if got.input_tokens is None or got.output_tokens is None:
            usage = self._usage(expected, estimated_tokens(text) if text else 0, estimated=True)
        else:
            usage = self._usage(got.input_tokens, got.output_tokens, estimated=False)
        if got.parts or not usage.estimated:
            self.used += usage
        return usage

    def _usage(self, input_tokens: int, output_tokens: int, *, estimated: bool) -> Usage:
        cost = (input_tokens * self.settings.input_price + output_tokens * self.settings.output_price) / 1_000_000
        return Usage(input_tokens=input_tokens, output_tokens=output_tokens, cost=cost, estimated=estimated)

    def _plainer(self, fault: vendor.Fault) -> bool:
        """Learn a plainer way to ask where the endpoint says that it cannot read this one; say whether to try it."""
        if not isinstance(fault.error, ModelRefused) or fault.error.http_status not in {400, 422}:
            return False
        plainer = self._dialect.without(fault.about)
        # After the last it was something else that the endpoint did not like, so nothing is learnt.
        self._dialect = plainer or vendor.Dialect()
        return plainer is not None

    def _pause(self, tries: int, retry_after: float | None) -> float:
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**tries)
        return (retry_after or 0.0) + self.chance.uniform(longest / 4, longest)

    async def _key(self) -> str:
        if not self.settings.api_key_file:
            return self.settings.api_key.get_secret_value()
        try:
            written = await asyncio.to_thread(Path(self.settings.api_key_file).read_text, encoding="utf-8")
        except (OSError, ValueError) as exc:
            raise ModelNotConfigured(
                f"The key in model.api_key_file ({self.settings.api_key_file}) cannot be read."
            ) from exc
        return written.strip()
