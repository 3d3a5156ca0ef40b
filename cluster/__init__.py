"""Kubernetes at arm's length: identities, transport, snapshots, bundles, redaction of what was read.

Belongs here: every byte that enters from a cluster or a recording of one, and the frozen ``Snapshot`` made of it.
Does not belong here: any judgement on what was read (``diagnose``).
Nothing outside this package imports the ``kubernetes`` client.

Others may use: ``cluster.snapshot`` (Snapshot, Coverage, LogExcerpt), ``cluster.fields``, ``cluster.kinds``,
``cluster.quantities``, ``cluster.live`` and ``cluster.recording`` (a snapshot from a live API or a recording),
``cluster.watching`` (a cache that the API server keeps up to date), ``cluster.fake``.
"""
