"""Certificates that ran out, name another host, were never issued, or are not trusted by a client.

Dates and names come from Certificate resources, from the public part of TLS Secrets, and from what programs log.
"""

from collections.abc import Iterator

from diagnose.analyzers import analyzer
from diagnose.analyzers.certificates.hosts import judge_hosts
from diagnose.analyzers.certificates.issued import judge_certificates
from diagnose.analyzers.certificates.peers import judge_peers
from diagnose.analyzers.certificates.served import judge_served
from diagnose.findings import Observation
from diagnose.scene import Scene


@analyzer(kinds=("Pod",))
def certificates(scene: Scene) -> Iterator[Observation]:
    """Yield what is wrong with certificates, by the resources that order them, by Secrets and by logs of clients."""
    yield from judge_certificates(scene)
    yield from judge_hosts(scene)
    yield from judge_served(scene)
    yield from judge_peers(scene)
