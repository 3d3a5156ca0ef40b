import pytest

from cluster.access import allowed
from cluster.client import connect
from cluster.fake import Account, FakeCluster
from cluster.identity import Credentials, Identity

ACCOUNTS = {"ada": Account(user="ada", namespaces=frozenset({"shop"})), "root": Account(user="root")}


@pytest.mark.parametrize(
    ("token", "namespace", "expected"),
    [("ada", "shop", True), ("ada", "bank", False), ("ada", "", False), ("root", "", True)],
)
async def test_the_api_server_says_what_an_identity_may_do(token: str, namespace: str, expected: bool) -> None:
    async with FakeCluster([], accounts=ACCOUNTS).serve() as endpoint:
        identity = Identity(
            endpoint=endpoint, credentials=Credentials(token=token), default_namespace="shop", origin="a test"
        )
        async with connect(identity) as client:
            assert await allowed(client, verb="list", group="", resource="pods", namespace=namespace) is expected
