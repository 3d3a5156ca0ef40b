"""Wording by a language model over what the rules have proved. The diagnosis itself never changes.

Belongs here: choosing what a model is shown, writing the prompt, checking every sentence of the answer against the
evidence that it cites, and rendering what is left. All of it is pure; the model comes in as an argument.
Does not belong here: talking to an endpoint (``core.llm``), choosing one (``cli``, ``api``).

Others may use: ``explain``, ``Explanation``, ``Audience``, ``rendering``.
"""

from diagnose.explain import rendering
from diagnose.explain.answer import Explanation
from diagnose.explain.asking import explain
from diagnose.explain.prompt import Audience

__all__ = ["Audience", "Explanation", "explain", "rendering"]
