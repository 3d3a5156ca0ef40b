"""Ask the API server what an identity may do."""

from cluster.client import ClusterClient
from cluster.fields import truth

ACCESS_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"


async def allowed(
    client: ClusterClient, *, verb: str, group: str, resource: str, namespace: str, subresource: str = ""
) -> bool:
    """Say whether the identity of ``client`` may do this; an empty ``namespace`` means in all of them.

    Raises errors of ``ClusterError`` when the API server does not say.
    """
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    if subresource:
        attributes["subresource"] = subresource
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    return truth(await client.post(ACCESS_REVIEW, body), "status", "allowed")
