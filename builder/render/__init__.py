"""Show a build plan: ``screen`` for people, ``as_data`` for programs."""

from builder.render.data import as_data
from builder.render.screen import screen

__all__ = ["as_data", "screen"]
