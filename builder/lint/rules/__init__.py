"""The rules, by theme: a member is a small function that yields a hit for each place."""

from builder.lint.model import Rule
from builder.lint.rules import (
    apt,
    arguments,
    base,
    caching,
    command,
    copying,
    expose,
    health,
    managers,
    portability,
    secrets,
    shell,
    sources,
    structure,
    systems,
    user,
)

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *base.RULES,
    *arguments.RULES,
    *secrets.RULES,
    *user.RULES,
    *apt.RULES,
    *systems.RULES,
    *managers.RULES,
    *caching.RULES,
    *copying.RULES,
    *sources.RULES,
    *shell.RULES,
    *command.RULES,
    *expose.RULES,
    *health.RULES,
    *portability.RULES,
)
"""All rules; their codes are unique."""
