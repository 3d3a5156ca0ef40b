"""``diagnose --explain``: let the model of the settings word a diagnosis, or say in one sentence why it did not."""

import asyncio
import sys
from typing import Any

from cli.options import Output
from cli.terminal import painter
from core.llm import Model
from core.phrase import Language
from core.settings import Settings
from diagnose.explain import Audience, Explanation, explain, rendering
from diagnose.findings import Diagnosis


def explained(
    diagnosis: Diagnosis, settings: Settings, language: Language = "en", audience: Audience = Audience.DEVELOPER
) -> Explanation:
    """Return the explanation, at the latest after ``model.request_seconds``; it holds a note where there is none."""
    model = Model(settings=settings.model)
    return asyncio.run(explain(diagnosis, model, language=language, audience=audience))


def write(diagnosis: Diagnosis, settings: Settings, output: Output, language: Language, audience: str) -> None:
    """Write an explanation after the rules' answer, which is shown at once: nobody waits for a model to see it."""
    sys.stdout.flush()
    explanation = explained(diagnosis, settings, language, Audience(audience))
    if output is Output.MARKDOWN:
        sys.stdout.write(rendering.markdown(explanation, language))
    else:
        sys.stdout.write(rendering.text(explanation, language, painter(sys.stdout)))
    sys.stdout.flush()


def structure(diagnosis: Diagnosis, settings: Settings, language: Language, audience: str) -> dict[str, Any]:
    """Return what stands under ``explanation`` in the forms for programs."""
    return rendering.document(explained(diagnosis, settings, language, Audience(audience)))
