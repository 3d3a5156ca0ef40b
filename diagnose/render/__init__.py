"""A diagnosis for people and programs: text, Markdown, and the plain structure behind JSON and YAML.

Belongs here: pure functions from a ``Diagnosis`` to text or plain data, used by the command line and the HTTP API.
Does not belong here: printing, colours of a particular terminal (a ``paint`` function is passed in).

Others may use: ``document`` (plain data), ``text``, ``markdown``.
"""

from diagnose.render.document import document
from diagnose.render.markdown import markdown
from diagnose.render.text import text

__all__ = ["document", "markdown", "text"]
