"""What every other package stands on: evidence, runs, errors, settings, storage, text, identity, telemetry.

Belongs here: types and services that know nothing of Kubernetes, documents, builds or chat.
Does not belong here: anything that talks to a cluster (``cluster``), judges (``diagnose``) or renders for a person
(``cli``, ``api``).

Others may use: ``core.evidence``, ``core.errors``, ``core.phrase``, ``core.redaction``, ``core.runs``,
``core.settings``, ``core.storage``, ``core.telemetry``, ``core.identity``.
"""
