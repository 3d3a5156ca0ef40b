"""What the tests of models share: settings that point at a scripted endpoint."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pydantic import BaseModel, SecretStr

from core.llm import Message, Model
from core.llm.scripted import Script, ScriptedModel
from core.settings import ModelSettings

PROMPT = (Message(role="system", text="Answer."), Message(role="user", text="Why does the harbour light blink?"))


class Said(BaseModel):
    """The form that the tests ask for."""

    word: str
    number: int = 0


def settings(url: str, **changes: Any) -> ModelSettings:
    given = {"base_url": url, "name": "tiny", "api_key": SecretStr("key-of-the-test"), "request_seconds": 20.0}
    return ModelSettings(**{**given, **changes})


@asynccontextmanager
async def asked(*script: Script, **changes: Any) -> AsyncIterator[tuple[Model, ScriptedModel]]:
    """Serve a script and give a model that asks it."""
    endpoint = ScriptedModel(*script)
    async with endpoint.serve() as url:
        yield Model(settings=settings(url, **changes)), endpoint
