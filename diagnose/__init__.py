"""Rules over a Snapshot: findings, causes, verdict.

Belongs here: pure functions from a frozen ``Snapshot`` to ``Finding`` and ``Diagnosis``, the object graph, log
signatures, the wording of findings. Nothing here opens a socket or a clock, and no file but the runbooks that ship with
the product (``diagnose.runbooks``); "now" is the snapshot's time.
Does not belong here: reading a cluster (``cluster``), printing (``cli``, ``api``).

Others may use: ``diagnose.engine.diagnose``, ``diagnose.findings``, ``diagnose.catalogue``, ``diagnose.runbooks``,
``diagnose.render``.
"""
