"""A Kubernetes API server made of dictionaries, with faults on demand.

It is shipped code, held to the same contract tests as a real kube-apiserver, so that nobody needs a mock: point a
client, a CLI or a service at it. It serves reads only: lists with paging, watches, single objects, Tables, logs,
versions, discovery and access reviews, over HTTP/1.1 on the loopback. What changes is put into its ``store``.
"""

from cluster.fake.access import Account
from cluster.fake.faults import Fault
from cluster.fake.server import FakeCluster, kubeconfig

__all__ = ["Account", "FakeCluster", "Fault", "kubeconfig"]
