"""Review a Dockerfile that somebody wrote: ``linted(text, path)`` gives findings, ``hardening.hardened`` a proposal.

Pure: a file is parsed, never built. ``source`` is the file with the place of everything in it, ``shell`` the programs
that its lines call, ``rules`` holds one small function for each thing that is looked for. A finding may carry an edit;
an edit that is ``sure`` changes nothing that the program does, the others must be proved by a build and a trial.

What a person has decided is respected: ``# sextant ignore=CODE``, hadolint's ``# hadolint ignore=DL3008`` and Docker's
``# check=skip=NAME`` silence a finding.
"""

from builder.lint.linting import linted
from builder.lint.model import Edit, Finding, Rule, Severity, Surroundings

__all__ = ["Edit", "Finding", "Rule", "Severity", "Surroundings", "linted"]
