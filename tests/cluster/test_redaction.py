"""What leaves ``cluster`` holds no secret, and still holds what diagnoses are made of."""

import json
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.fields import dig
from cluster.redaction import MAX_DEPTH, redact_lines, redact_object
from core.redaction import MASK, redact

JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6YTpiIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ"
DIGEST = "registry.example/shop/web@sha256:" + "4f" * 32


def pod(**container: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": "shop", "uid": "6c1d5f0e-3b0a-4a52-9d5c-0f3a2b1c4d5e"},
        "spec": {"containers": [{"name": "web", "image": DIGEST, **container}]},
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    obj: dict[str, Any]
    path: tuple[str | int, ...]
    expected: Any


def environment(name: str, value: str, expected: str) -> Case:
    path = ("spec", "containers", 0, "env", 0, "value")
    return Case(id=f"env {name}={value}", obj=pod(env=[{"name": name, "value": value}]), path=path, expected=expected)


def command(words: list[str], expected: list[str]) -> Case:
    return Case(id=" ".join(words), obj=pod(args=words), path=("spec", "containers", 0, "args"), expected=expected)


def configured(key: str, value: str, expected: str) -> Case:
    obj = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {key: value}}
    return Case(id=f"ConfigMap {key}", obj=obj, path=("data", key), expected=expected)


def custom(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Database", "metadata": {"name": "db"}, "spec": spec}


CASES = (
    environment("DB_PASSWORD", "hunter2", MASK),
    environment("DB_PASSWORD", "", ""),
    environment("DB_PASSWORD", "$(FROM_SECRET)", "$(FROM_SECRET)"),
    environment("DB_PASSWORD_FILE", "/run/secrets/db", "/run/secrets/db"),
    environment("LOG_LEVEL", "debug", "debug"),
    environment("DATABASE_URL", "postgres://app:hunter2@db:5432/app", f"postgres://app:{MASK}@db:5432/app"),
    command(["--password", "hunter2", "--port", "80"], ["--password", MASK, "--port", "80"]),
    command(["--password=hunter2", "--verbose"], [f"--password={MASK}", "--verbose"]),
    command(["--password", "--verbose"], ["--password", "--verbose"]),
    command(["--api-token", "$(TOKEN)"], ["--api-token", "$(TOKEN)"]),
    command(["curl", "-u", "admin:hunter2", "http://x/"], ["curl", "-u", f"admin:{MASK}", "http://x/"]),
    command(["--secret-name", "web-tls"], ["--secret-name", "web-tls"]),
    configured("password", "hunter2", MASK),
    configured("feature", "on", "on"),
    configured("app.properties", "user=app\npassword=hunter2x9\n", f"user=app\npassword={MASK}\n"),
    Case(
        id="a header of a probe",
        obj=pod(livenessProbe={"httpGet": {"httpHeaders": [{"name": "Authorization", "value": "Basic YTpi"}]}}),
        path=("spec", "containers", 0, "livenessProbe", "httpGet", "httpHeaders", 0, "value"),
        expected=MASK,
    ),
    Case(
        id="what a container left when it ended",
        obj={
            **pod(),
            "status": {"containerStatuses": [{"state": {"terminated": {"message": f"token {JWT} expired"}}}]},
        },
        path=("status", "containerStatuses", 0, "state", "terminated", "message"),
        expected=f"token {redact(JWT)} expired",
    ),
    Case(
        id="an event's note",
        obj={"apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": {"name": "e"}, "note": f"refused {JWT}"},
        path=("note",),
        expected=f"refused {redact(JWT)}",
    ),
    Case(
        id="an annotation that is a token",
        obj={**pod(), "metadata": {"name": "w", "annotations": {"example.com/api-token": "abc"}}},
        path=("metadata", "annotations", "example.com/api-token"),
        expected=MASK,
    ),
    Case(
        id="an annotation that names a secret",
        obj={**pod(), "metadata": {"name": "w", "annotations": {"nginx.ingress.kubernetes.io/auth-secret": "basic"}}},
        path=("metadata", "annotations", "nginx.ingress.kubernetes.io/auth-secret"),
        expected="basic",
    ),
    Case(
        id="a checksum of a secret",
        obj={**pod(), "metadata": {"name": "w", "annotations": {"checksum/secret": "ab" * 32}}},
        path=("metadata", "annotations", "checksum/secret"),
        expected="ab" * 32,
    ),
    Case(id="a custom resource's password", obj=custom(password="x1"), path=("spec", "password"), expected=MASK),
    Case(id="a custom resource's secret name", obj=custom(secretName="x1"), path=("spec", "secretName"), expected="x1"),
    Case(
        id="a pod template in a custom resource",
        obj=custom(template={"spec": {"containers": [{"env": [{"name": "API_KEY", "value": "k"}]}]}}),
        path=("spec", "template", "spec", "containers", 0, "env", 0, "value"),
        expected=MASK,
    ),
    Case(
        id="a Secret inside of a custom resource",
        obj=custom(objects=[{"apiVersion": "v1", "kind": "Secret", "stringData": {"a": "b"}}]),
        path=("spec", "objects", 0, "stringData"),
        expected={"a": MASK},
    ),
    Case(
        id="parameters of a storage class",
        obj={
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "s"},
            "parameters": {"adminPassword": "x", "type": "ssd"},
        },
        path=("parameters",),
        expected={"adminPassword": MASK, "type": "ssd"},
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_place_that_can_hold_a_secret_is_masked_and_nothing_else_is(case: Case) -> None:
    assert dig(redact_object(case.obj), *case.path) == case.expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_input_is_not_changed_and_redacting_twice_changes_nothing_more(case: Case) -> None:
    before = deepcopy(case.obj)
    once = redact_object(case.obj)
    assert case.obj == before
    assert redact_object(once) == once


def test_a_secret_keeps_its_keys_only() -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "s",
            "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": '{"kind":"Secret","data":{"a":"Yg=="}}'
            },
        },
        "data": {"a": "Yg==", "b": ""},
        "stringData": "not even a mapping",
    }
    redacted = redact_object(secret)
    assert redacted["data"] == {"a": MASK, "b": MASK}
    assert redacted["stringData"] == MASK
    assert redacted["metadata"]["annotations"] == {}


def test_binary_data_of_a_config_map_goes_and_its_keys_stay() -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "binaryData": {"keystore": "AAAA"}}
    assert redact_object(config)["binaryData"] == {"keystore": ""}


def test_the_last_applied_manifest_is_redacted_like_the_object_itself() -> None:
    applied = pod(env=[{"name": "DB_PASSWORD", "value": "hunter2"}])
    key = "kubectl.kubernetes.io/last-applied-configuration"
    live = {**pod(), "metadata": {"name": "web", "annotations": {key: json.dumps(applied)}}}
    written = redact_object(live)["metadata"]["annotations"][key]
    assert "hunter2" not in written
    assert json.loads(written)["spec"]["containers"][0]["image"] == DIGEST


def test_copies_of_manifests_that_cannot_be_read_are_dropped() -> None:
    annotations = {
        "kubectl.kubernetes.io/last-applied-configuration": "{cut off",
        "objectset.rio.cattle.io/applied": "H4sIAAAA",
    }
    assert (
        redact_object({**pod(), "metadata": {"name": "w", "annotations": annotations}})["metadata"]["annotations"] == {}
    )


def test_items_of_a_list_are_redacted_by_the_kind_of_the_list() -> None:
    listed = {"apiVersion": "v1", "kind": "SecretList", "items": [{"metadata": {"name": "s"}, "data": {"a": "Yg=="}}]}
    assert redact_object(listed)["items"][0]["data"] == {"a": MASK}


def test_an_object_without_secrets_comes_back_equal_and_shares_its_parts() -> None:
    plain = pod(env=[{"name": "LOG_LEVEL", "value": "debug"}], command=["serve", "--port", "80"])
    plain["metadata"]["labels"] = {"pod-template-hash": "6d9c7f99b5"}
    plain["metadata"]["managedFields"] = [{"manager": "kubectl", "fieldsV1": {"f:data": {"f:password": {}}}}]
    plain["metadata"]["resourceVersion"] = "418233"
    redacted = redact_object(plain)
    assert redacted == plain
    assert redacted["spec"] is plain["spec"]


def test_a_private_key_in_a_log_is_masked_across_lines() -> None:
    body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    lines = ["start", "-----BEGIN PRIVATE KEY-----", body, body, "-----END PRIVATE KEY-----", "listening on :8080"]
    redacted = redact_lines(lines)
    assert len(redacted) == len(lines)
    assert body not in "\n".join(redacted)
    assert (redacted[0], redacted[-1]) == ("start", "listening on :8080")


def test_nesting_without_end_is_cut_instead_of_followed() -> None:
    deep: dict[str, Any] = {"password": "hunter2"}
    for _ in range(3 * MAX_DEPTH):
        deep = {"a": deep}
    assert "hunter2" not in json.dumps(redact_object(custom(deep=deep)))


PLACES = st.sampled_from(
    [
        "kind",
        "metadata",
        "annotations",
        "data",
        "stringData",
        "spec",
        "env",
        "args",
        "command",
        "name",
        "value",
        "message",
    ]
) | st.text(max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLACES, inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(["Pod", "Secret", "ConfigMap", "Event", "Database"]), st.dictionaries(PLACES, JSON, max_size=6))
def test_objects_of_any_shape_are_redacted_without_an_error(kind: str, parts: dict[str, Any]) -> None:
    obj = {**parts, "kind": kind, "apiVersion": "v1"}
    before = deepcopy(obj)
    once = redact_object(obj)
    assert obj == before
    assert redact_object(once) == once


@given(st.text(min_size=12, max_size=40), st.sampled_from(["data", "stringData"]))
def test_no_value_of_a_secret_survives(value: str, where: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "n"}, where: {"key": value}}
    assert redact_object(secret)[where] == {"key": MASK}


def test_what_marks_a_machine_is_masked_and_the_rest_of_its_description_stays() -> None:
    info = {"machineID": "3d12", "systemUUID": "a-b", "bootID": "c-d", "kernelVersion": "6.1", "architecture": "amd64"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": {"nodeInfo": info}}
    masked = {"machineID": "***", "systemUUID": "***", "bootID": "***"}
    assert redact_object(node)["status"]["nodeInfo"] == {**info, **masked}
