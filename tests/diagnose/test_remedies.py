"""Remedies: complete commands, at the object that holds the template, said to belong to whoever keeps it."""

import json
import shlex

import pytest

from core.phrase import Phrase
from diagnose.containers import containers
from diagnose.remedies import container_change, create_object, keeper_of, object_patch, roll_back, template_patch
from tests.diagnose import build

WORDS = Phrase(en="Change it", zh="修改")


def patch_in(command: str) -> object:
    words = shlex.split(command)
    return json.loads(words[words.index("-p") + 1])


def test_a_change_of_a_container_goes_into_the_template_of_its_deployment() -> None:
    objects = build.deployed(build.pod())
    container = next(iter(containers(objects[2])))
    remedy = template_patch(
        build.scene(*objects), objects[2], container_change(container, {"image": "app:2"}), summary=WORDS
    )
    assert remedy.command.startswith("kubectl -n shop patch deployment/app --type=strategic -p ")
    expected = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "app:2"}]}}}}
    assert patch_in(remedy.command) == expected
    assert remedy.undo == "kubectl -n shop rollout undo deployment/app"


def test_a_cronjob_is_changed_two_levels_down() -> None:
    spec = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [build.container()]}}}}}
    cron = build.obj("CronJob", "nightly", spec=spec)
    remedy = template_patch(build.scene(cron), cron, {"restartPolicy": "Never"}, summary=WORDS)
    assert patch_in(remedy.command) == {
        "spec": {"jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Never"}}}}}
    }


def test_a_bare_pod_is_replaced_because_it_cannot_be_patched() -> None:
    pod = build.pod("alone")
    remedy = template_patch(build.scene(pod), pod, {"hostNetwork": False}, summary=WORDS)
    assert "replace --force" in remedy.command
    assert not remedy.reversible


def test_rolling_back_needs_an_older_revision_that_is_ready() -> None:
    top, middle, pod = build.deployed(build.pod())
    older = build.replicaset("app-old", top, ready=1, revision=1)
    assert roll_back(build.scene(top, middle, pod), pod) is None
    found = roll_back(build.scene(top, middle, pod, older), pod)
    assert found is not None
    assert found.command == "kubectl -n shop rollout undo deployment/app --to-revision=1"


@pytest.mark.parametrize(
    ("metadata", "keeper"),
    [
        ({"annotations": {"meta.helm.sh/release-name": "shop"}}, "Helm release shop"),
        (
            {"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/app"}},
            "Argo CD application shop",
        ),
        ({"labels": {"kustomize.toolkit.fluxcd.io/name": "apps"}}, "Flux Kustomization apps"),
        ({"ownerReferences": [{"kind": "Postgres", "name": "db", "controller": True}]}, "Postgres db"),
        ({}, ""),
    ],
)
def test_whoever_keeps_an_object_is_named(metadata: dict[str, object], keeper: str) -> None:
    assert keeper_of({"metadata": metadata}) == keeper


def test_names_from_the_cluster_cannot_leave_the_quotes_of_a_command() -> None:
    service = build.service("web")
    remedy = object_patch(service, {"spec": {"selector": {"app": "a'; rm -rf /; echo '"}}}, summary=WORDS)
    assert patch_in(remedy.command) == {"spec": {"selector": {"app": "a'; rm -rf /; echo '"}}}


def test_a_missing_object_is_created_from_a_skeleton_and_can_be_deleted_again() -> None:
    remedy = create_object(build.configmap("settings", {"MODE": "<value>"}), summary=WORDS)
    assert "kubectl apply -f - <<'EOF'" in remedy.command
    assert remedy.undo == "kubectl -n shop delete configmap/settings"


def test_a_job_is_replaced_without_what_the_server_gave_it() -> None:
    top, pod = build.job(build.pod())
    remedy = template_patch(build.scene(top, pod), pod, {"restartPolicy": "OnFailure"}, summary=WORDS)
    assert "del(.spec.selector)" in remedy.command
    assert "replace --force -f migrate.json" in remedy.command
