"""Log files find their container whatever tool named them, and never another's."""

from dataclasses import dataclass

import pytest

from cluster.recording.log_paths import LogPaths
from tests.cluster.recording.samples import pod

PODS = (
    pod("web-6d9c7f99b5-rcr7x", "shop", "web"),
    pod("checkout-7c46c89b97-mk8f9", "shop", "checkout", "proxy"),
    pod("checkout-7c46c89b97-mk8f9", "stage", "checkout", "proxy"),
    pod("web", "shop", "app"),
    pod("db.primary-0", "shop", "db"),
    pod("previous-job-x1", "shop", "job"),
    {
        **pod("accounts-1", "shop", "accounts"),
        "spec": {"containers": [{"name": "accounts"}], "initContainers": [{"name": "migrate"}]},
    },
)
WEB, CHECKOUT = "web-6d9c7f99b5-rcr7x", "checkout-7c46c89b97-mk8f9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    path: str
    owner: tuple[str, str, str, bool] | None


CASES = (
    Case(path=f"logs/shop.{WEB}.web.log", owner=("shop", WEB, "web", False)),
    Case(path=f"logs/shop.{WEB}.web.previous.log", owner=("shop", WEB, "web", True)),
    Case(path=f"shop/{WEB}/web.log", owner=("shop", WEB, "web", False)),
    Case(path=f"shop/{WEB}/web-previous.log", owner=("shop", WEB, "web", True)),
    Case(path=f"shop/{WEB}/previous/web.txt", owner=("shop", WEB, "web", True)),
    Case(path=f"shop/{WEB}.log", owner=("shop", WEB, "web", False)),
    Case(path=f"{WEB}", owner=("shop", WEB, "web", False)),
    Case(path=f"out/{WEB}-web.log", owner=("shop", WEB, "web", False)),
    Case(path=f"out/shop-{WEB}-web-previous.log", owner=("shop", WEB, "web", True)),
    Case(path=f"stage/{CHECKOUT}/proxy.log", owner=("stage", CHECKOUT, "proxy", False)),
    Case(path=f"shop.{CHECKOUT}.checkout.log", owner=("shop", CHECKOUT, "checkout", False)),
    Case(
        path=f"namespaces/shop/pods/{CHECKOUT}/proxy/proxy/logs/current.log", owner=("shop", CHECKOUT, "proxy", False)
    ),
    Case(
        path=f"namespaces/shop/pods/{CHECKOUT}/proxy/proxy/logs/previous.log", owner=("shop", CHECKOUT, "proxy", True)
    ),
    Case(path=f"shop_{CHECKOUT}_0f1e2d3c-aaaa/proxy/0.log", owner=("shop", CHECKOUT, "proxy", False)),
    Case(path=f"{CHECKOUT}_stage_proxy-{'ab' * 32}.log", owner=("stage", CHECKOUT, "proxy", False)),
    Case(path="shop/db.primary-0.db.log", owner=("shop", "db.primary-0", "db", False)),
    Case(path="shop/previous-job-x1/job.log", owner=("shop", "previous-job-x1", "job", False)),
    Case(path="shop/accounts-1/migrate.log", owner=("shop", "accounts-1", "migrate", False)),
    Case(path="shop/web/app.log", owner=("shop", "web", "app", False)),
    Case(path="shop/accounts-1.log", owner=None),  # two containers, and nothing says which
    Case(path=f"{CHECKOUT}.log", owner=None),  # in two namespaces, and nothing says which
    Case(
        path="shop/web-5c9f8d7b6-zzzzz.log", owner=None
    ),  # a pod that was not recorded, whose name begins like another's
    Case(path="shop/web-5c9f8d7b6-zzzzz/web.log", owner=None),
    Case(path="install.log", owner=None),
    Case(path="", owner=None),
    Case(path="-" * 300 + "/" + "." * 300, owner=None),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.path[:60] or "empty")
def test_a_path_finds_its_container(case: Case) -> None:
    found = LogPaths(PODS).owner(case.path)
    assert (found and (found.pod.namespace, found.pod.name, found.container, found.previous)) == case.owner
