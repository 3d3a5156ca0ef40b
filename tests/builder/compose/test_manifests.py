"""What each key of compose becomes on Kubernetes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import yaml

from builder.compose.manifests import composed, described
from builder.manifests import ManifestRefused, Options
from tests.builder.compose.projects import WHOLE, container, made, of_kind, pod, project, service


def web(body: str = "") -> str:
    return service(f"image: a:1\n{body}")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A key of a service, and where it must be found in the container or the pod."""

    id: str
    text: str
    want: dict[str, Any]
    of: Callable[..., dict[str, Any]] = container
    files: dict[str, str] = field(default_factory=dict)


def security(found: Any) -> dict[str, Any]:
    one: dict[str, Any] = container(found)["securityContext"]
    return one


def of_pod(found: Any) -> dict[str, Any]:
    one: dict[str, Any] = pod(found)["securityContext"]
    return one


def resources(found: Any) -> dict[str, Any]:
    one: dict[str, Any] = container(found)["resources"]
    return {
        "cpu": (one["requests"]["cpu"], one["limits"]["cpu"]),
        "memory": (one["requests"]["memory"], one["limits"]["memory"]),
    }


def ports(found: Any) -> dict[str, Any]:
    (one,) = of_kind(found, "Service", "web")
    return {each["name"]: (each["port"], each["targetPort"], each["protocol"]) for each in one["spec"]["ports"]}


CASES = (
    Case(id="a command", text=web("command: serve --port 80"), want={"args": ["serve", "--port", "80"]}),
    Case(id="a command as words", text=web("command: [a, 'b c', '$$(x)']"), want={"args": ["a", "b c", "$$(x)"]}),
    Case(id="an entry point", text=web("entrypoint: [a]\ncommand: b"), want={"command": ["a"], "args": ["b"]}),
    Case(id="no entry point", text=web("entrypoint: []\ncommand: [b, c]"), want={"command": ["b", "c"]}),
    Case(id="a folder", text=web("working_dir: /srv"), want={"workingDir": "/srv"}),
    Case(id="a terminal", text=web("tty: true\nstdin_open: true"), want={"tty": True, "stdin": True}),
    Case(id="when it is pulled", text=web("pull_policy: missing"), want={"imagePullPolicy": "IfNotPresent"}),
    Case(
        id="hooks",
        text=web("pre_stop: [{command: a b}]\npost_start: [{command: [c]}]"),
        want={
            "lifecycle": {
                "preStop": {"exec": {"command": ["/bin/sh", "-c", "a b"]}},
                "postStart": {"exec": {"command": ["c"]}},
            }
        },
    ),
    Case(id="a user", text=web("user: '1234:5678'"), of=of_pod, want={"runAsUser": 1234, "runAsGroup": 5678}),
    Case(id="a user by name", text=web("user: ada"), of=security, want={"runAsUser": 10001, "runAsNonRoot": True}),
    Case(id="root is not given", text=web("user: root"), of=security, want={"runAsUser": 10001}),
    Case(id="groups", text=web("group_add: ['44', mail]"), of=of_pod, want={"supplementalGroups": [44]}),
    Case(id="a closed root", text=web("read_only: true"), of=security, want={"readOnlyRootFilesystem": True}),
    Case(id="an open root", text=web(), of=security, want={"readOnlyRootFilesystem": False}),
    Case(
        id="rights",
        text=web("cap_add: [NET_BIND_SERVICE, SYS_ADMIN]\ncap_drop: [ALL]"),
        of=security,
        want={"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}},
    ),
    Case(
        id="settings of the kernel",
        text=web("sysctls: {net.ipv4.tcp_syncookies: 1, kernel.msgmax: 5}"),
        of=of_pod,
        want={"sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]},
    ),
    Case(
        id="a low port",
        text=web("ports: ['80']"),
        of=of_pod,
        want={"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]},
    ),
    Case(id="a grace", text=web("stop_grace_period: 1m30s"), of=pod, want={"terminationGracePeriodSeconds": 90}),
    Case(id="an init", text=web("init: true"), of=pod, want={"shareProcessNamespace": True}),
    Case(id="a host's name", text=web("hostname: Shop.a.example"), of=pod, want={"hostname": "shop"}),
    Case(
        id="other hosts",
        text=web("extra_hosts: ['a=10.0.0.1', 'b:10.0.0.1', 'c=::1', 'd=host-gateway']"),
        of=pod,
        want={"hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a", "b"]}, {"ip": "::1", "hostnames": ["c"]}]},
    ),
    Case(
        id="name servers",
        text=web("dns: 10.0.0.9\ndns_search: [a.example]\ndns_opt: ['ndots:2', rotate]"),
        of=pod,
        want={
            "dnsConfig": {
                "nameservers": ["10.0.0.9"],
                "searches": ["a.example"],
                "options": [{"name": "ndots", "value": "2"}, {"name": "rotate"}],
            }
        },
    ),
    Case(
        id="a platform",
        text=web("platform: linux/arm64"),
        of=pod,
        want={"nodeSelector": {"kubernetes.io/arch": "arm64"}},
    ),
    Case(
        id="amounts",
        text=web("deploy: {resources: {limits: {cpus: '1.5', memory: 1G}, reservations: {cpus: 0.25, memory: 256m}}}"),
        of=resources,
        want={"cpu": ("250m", "1500m"), "memory": ("256Mi", "1Gi")},
    ),
    Case(
        id="small amounts",
        text=web("mem_limit: 64m\ncpus: 0.05"),
        of=resources,
        want={"cpu": ("50m", "50m"), "memory": ("64Mi", "64Mi")},
    ),
    Case(
        id="a reservation above the usual limit",
        text=web("mem_reservation: 2g"),
        of=resources,
        want={"memory": ("2Gi", "2Gi")},
    ),
    Case(
        id="ports",
        text=web("ports: ['8080:80', '443', '127.0.0.1:53:53/udp', '9000-9001:9000-9001']\nexpose: ['7000']"),
        of=ports,
        want={
            "http": (80, "http", "TCP"),
            "tcp-443": (443, "tcp-443", "TCP"),
            "udp-53": (53, "udp-53", "UDP"),
            "tcp-9000": (9000, "tcp-9000", "TCP"),
            "tcp-9001": (9001, "tcp-9001", "TCP"),
            "tcp-7000": (7000, "tcp-7000", "TCP"),
        },
    ),
    Case(
        id="a port in the long form",
        text=web("ports: [{target: 8000, published: '80', name: api, app_protocol: http}]"),
        of=ports,
        want={"api": (8000, "http", "TCP")},
    ),
    Case(id="only udp", text=web("ports: ['53:53/udp']"), of=ports, want={"udp-53": (53, "udp-53", "UDP")}),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_key_has_its_place(case: Case) -> None:
    found = case.of(made(case.text, files=case.files))
    assert {key: found.get(key) for key in case.want} == case.want


@dataclass(frozen=True, kw_only=True)
class Check:
    id: str
    text: str
    ready: dict[str, Any] | None
    port: str = "ports: ['8000']\n"


CHECKS = (
    Check(
        id="an address becomes a request",
        text="healthcheck: {test: 'curl -f http://localhost:8000/health || exit 1', "
        "interval: 10s, timeout: 2s, retries: 4}",
        ready={
            "httpGet": {"path": "/health", "port": "http", "httpHeaders": [{"name": "Host", "value": "localhost"}]},
            "periodSeconds": 10,
            "timeoutSeconds": 2,
            "failureThreshold": 4,
        },
    ),
    Check(
        id="another port",
        text="healthcheck: {test: [CMD, wget, -q, --spider, 'http://127.0.0.1:9000/up']}",
        ready={
            "httpGet": {"path": "/up", "port": 9000, "httpHeaders": [{"name": "Host", "value": "localhost"}]},
            "periodSeconds": 30,
            "timeoutSeconds": 30,
            "failureThreshold": 3,
        },
    ),
    Check(
        id="words",
        text="healthcheck: {test: [CMD, a, '$$(b)'], interval: 500ms, timeout: 1m}",
        ready={"exec": {"command": ["a", "$$(b)"]}, "periodSeconds": 1, "timeoutSeconds": 1, "failureThreshold": 3},
    ),
    Check(
        id="a line, without a port",
        text="healthcheck: {test: a | b}",
        port="",
        ready={
            "exec": {"command": ["/bin/sh", "-c", "a | b"]},
            "periodSeconds": 30,
            "timeoutSeconds": 30,
            "failureThreshold": 3,
        },
    ),
    Check(
        id="times alone",
        text="healthcheck: {interval: 5s}",
        ready={"tcpSocket": {"port": "http"}, "periodSeconds": 5, "timeoutSeconds": 5, "failureThreshold": 3},
    ),
    Check(id="switched off", text="healthcheck: {disable: true}", ready=None),
    Check(id="none", text="healthcheck: {test: [NONE]}", ready=None),
)


@pytest.mark.parametrize("case", CHECKS, ids=lambda case: case.id)
def test_health_checks_become_probes(case: Check) -> None:
    found = container(made(web(f"{case.port}{case.text}")))
    assert found.get("readinessProbe") == case.ready
    assert ("livenessProbe" in found) == (case.ready is not None)


def test_a_start_period_gives_time_to_start() -> None:
    text = "ports: ['80']\nhealthcheck: {test: [CMD, a], interval: 10s, start_period: 60s, retries: 3}"
    probe = container(made(web(text)))["startupProbe"]
    assert (probe["periodSeconds"], probe["failureThreshold"]) == (5, 12 + 6)


def test_a_database_keeps_its_data_as_its_own_user() -> None:
    found = made(WHOLE)
    (db,) = of_kind(found, "StatefulSet", "db")
    claims = db["spec"]["volumeClaimTemplates"]
    assert [one["metadata"]["name"] for one in claims] == ["data-data"]
    one = container(found, "db")
    assert {each["mountPath"] for each in one["volumeMounts"]} == {
        "/var/lib/postgresql/data",
        "/tmp",
        "/var/run/postgresql",
    }
    assert one["securityContext"]["runAsUser"] == 999
    assert one["securityContext"]["readOnlyRootFilesystem"] is True
    assert pod(found, "db")["securityContext"]["fsGroup"] == 999
    (settings,) = of_kind(found, "ConfigMap", "db")
    assert settings["data"] == {"POSTGRES_USER": "shop", "PGDATA": "/var/lib/postgresql/data/pgdata"}
    (named,) = of_kind(found, "Service", "db")
    assert named["spec"]["ports"][0]["port"] == 5432


def test_a_database_without_a_volume_gets_one() -> None:
    found = made("services:\n  db: {image: 'redis:7-alpine'}\n")
    assert of_kind(found, "StatefulSet", "db")
    assert any("no volume is named" in one.text.en for one in found.notes)


def test_no_credential_is_written() -> None:
    found = composed(project(WHOLE))
    text = "".join(one.text for one in found.files)
    assert "hunter2x" not in text
    assert '#   POSTGRES_PASSWORD: "…"' in text
    assert any("Credentials of db" in one.text.en for one in found.notes)
    assert all("hunter2x" not in one.text.en for one in found.notes)


def test_what_waits_for_a_healthy_service_asks_its_port() -> None:
    (first,) = pod(made(WHOLE))["initContainers"]
    assert first["name"] == "wait-db"
    assert first["args"] == ["db", "5432"]


def test_networks_decide_who_reaches_whom() -> None:
    found = made(WHOLE)
    (web_policy,) = of_kind(found, "NetworkPolicy", "web")
    (db_policy,) = of_kind(found, "NetworkPolicy", "db")
    peers = [one["podSelector"]["matchLabels"] for one in db_policy["spec"]["ingress"][0]["from"]]
    assert peers == [{"app.kubernetes.io/part-of": "shop", "network.sextant.dev/back": "member"}]
    blocks = [each for one in web_policy["spec"]["egress"] for each in one["to"] if "ipBlock" in each]
    assert {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}} in blocks
    assert not [
        each
        for one in db_policy["spec"]["egress"]
        for each in one["to"]
        if each.get("ipBlock", {}).get("cidr") == "::/0"
    ]
    (deployment,) = of_kind(found, "Deployment", "web")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert {key for key in labels if key.startswith("network.")} == {
        "network.sextant.dev/front",
        "network.sextant.dev/back",
    }


def test_without_a_network_nothing_is_let_through() -> None:
    (one,) = of_kind(made(web("network_mode: none\nports: ['80']")), "NetworkPolicy")
    assert (one["spec"]["ingress"], one["spec"]["egress"]) == ([], [])


def test_replicas_and_modes() -> None:
    (three,) = of_kind(made(web("ports: ['80']\nscale: 3")), "Deployment")
    assert three["spec"]["replicas"] == 3
    (worker,) = of_kind(made(web("command: work\ndeploy: {replicas: 2}")), "Deployment")
    assert worker["spec"]["replicas"] == 2
    (none,) = of_kind(made(web("ports: ['80']\nscale: 0")), "Deployment")
    assert none["spec"]["replicas"] == 0
    (everywhere,) = of_kind(made(web("deploy: {mode: global}")), "DaemonSet")
    assert "replicas" not in everywhere["spec"]
    (first,) = of_kind(made(web("ports: ['80']\ndeploy: {update_config: {order: stop-first}}")), "Deployment")
    assert first["spec"]["strategy"]["rollingUpdate"] == {"maxUnavailable": 1, "maxSurge": 0}
    (headless,) = of_kind(made(web("ports: ['80']\ndeploy: {endpoint_mode: dnsrr}")), "Service")
    assert headless["spec"]["clusterIP"] == "None"


def test_graphics_cards() -> None:
    devices = "deploy: {resources: {reservations: {devices: [{driver: nvidia, count: 2, capabilities: [gpu]}]}}}"
    assert container(made(web(devices)))["resources"]["limits"]["nvidia.com/gpu"] == "2"
    assert container(made(web("gpus: all")))["resources"]["limits"]["nvidia.com/gpu"] == "1"


@pytest.mark.parametrize("how", ["deploy: {mode: replicated-job}", "restart: 'no'", "restart: on-failure"])
def test_what_ends_is_a_job(how: str) -> None:
    found = made(web(f"command: migrate\n{how}"))
    assert len(of_kind(found, "Job")) == 1
    assert not of_kind(found, "Deployment")


def test_what_others_wait_for_to_end_is_a_job_too() -> None:
    text = """
    services:
      web:
        image: a:1
        ports: ["80"]
        depends_on: {migrate: {condition: service_completed_successfully}}
      migrate: {image: 'a:1', command: migrate, deploy: {restart_policy: {max_attempts: 7}}}
    """
    found = made(text)
    (job,) = of_kind(found, "Job")
    assert job["spec"]["backoffLimit"] == 7
    assert any("wait for its Job" in one.text.en for one in found.notes)


def test_files_become_a_configmap() -> None:
    text = """
    services:
      web:
        image: a:1
        configs: [settings, {source: inline, target: /etc/inline.txt, mode: 0555}]
        volumes: ["./nginx.conf:/etc/nginx/nginx.conf:ro", "./conf.d:/etc/nginx/conf.d:ro"]
    configs:
      settings: {file: ./settings.ini}
      inline: {content: "tag ${TAG}"}
    """
    files = {
        "settings.ini": "[a]\n",
        "nginx.conf": "user;\n",
        "conf.d/a.conf": "a\n",
        "conf.d/b.conf": "b\n",
        ".env": "TAG=5\n",
    }
    found = made(text, files=files)
    (one,) = of_kind(found, "ConfigMap", "web-files")
    assert one["data"] == {
        "nginx.conf": "user;\n", "a.conf": "a\n", "b.conf": "b\n", "settings": "[a]\n", "inline.txt": "tag 5",
    }  # fmt: skip
    mounts = {
        each["mountPath"]: each["subPath"] for each in container(found)["volumeMounts"] if each["name"] == "files"
    }
    assert mounts == {
        "/etc/nginx/nginx.conf": "nginx.conf",
        "/etc/nginx/conf.d/a.conf": "a.conf",
        "/etc/nginx/conf.d/b.conf": "b.conf",
        "/settings": "settings", "/etc/inline.txt": "inline.txt",
    }  # fmt: skip
    (volume,) = [each for each in pod(found)["volumes"] if each["name"] == "files"]
    assert volume["configMap"] == {"name": "web-files", "defaultMode": 0o555}


def test_secrets_are_referred_to_and_never_written() -> None:
    text = """
    services:
      web:
        image: a:1
        secrets: [key, {source: token, target: /etc/token}]
        volumes: ["./tls.key:/etc/tls.key:ro"]
    secrets:
      key: {file: ./key.txt}
      token: {external: true, name: shop-token}
    """
    found = composed(project(text, {"key.txt": "hunter2x", "tls.key": "hunter2x"}))
    whole = "".join(one.text for one in found.files)
    assert "hunter2x" not in whole
    assert "create secret generic app-key --from-file=key=key.txt" in whole
    one = made(text, files={"key.txt": "hunter2x", "tls.key": "hunter2x"})
    names = {each["mountPath"]: each for each in container(one)["volumeMounts"]}
    assert {"/run/secrets/key", "/etc/token", "/etc/tls.key"} <= names.keys()
    secrets = {each["secret"]["secretName"] for each in pod(one)["volumes"] if "secret" in each}
    assert secrets == {"app-key", "shop-token", "web-tls-key"}


def test_volumes_of_each_kind() -> None:
    text = """
    services:
      web:
        image: a:1
        tmpfs: ["/run:size=64m"]
        shm_size: 1g
        volumes:
          - own:/data:ro
          - both:/shared
          - there:/there
          - /cache
          - {type: tmpfs, target: /mem, tmpfs: {size: 10485760}}
          - .:/app
          - /app/node_modules
      worker: {image: "a:1", volumes: ["both:/shared"]}
    volumes: {own: {}, both: {}, there: {external: true, name: old-claim}}
    """
    found = made(text, files={"a.py": ""})
    assert [one["metadata"]["name"] for one in of_kind(found, "PersistentVolumeClaim")] == ["app-both"]
    (own,) = of_kind(found, "StatefulSet")
    assert [one["metadata"]["name"] for one in own["spec"]["volumeClaimTemplates"]] == ["data-own"]
    mounts = {each["mountPath"]: each for each in container(found)["volumeMounts"]}
    assert mounts["/data"]["readOnly"] is True
    assert {"/shared", "/there", "/cache", "/mem", "/run", "/dev/shm", "/tmp"} <= mounts.keys()
    assert not {"/app", "/app/node_modules"} & mounts.keys()
    volumes = {each["name"]: each for each in pod(found)["volumes"]}
    assert volumes["shared-there"]["persistentVolumeClaim"]["claimName"] == "old-claim"
    assert volumes["memory-run"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "64Mi"}
    assert volumes["memory-mem"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "10Mi"}
    assert volumes["shm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "1Gi"}
    said = " ".join(one.text.en for one in found.notes)
    assert "left out, the image holds its own files" in said
    assert "/cache of web has no named volume" in said


def test_names_are_made_to_fit_and_addresses_follow() -> None:
    text = """
    services:
      My_DB: {image: "postgres:17"}
      web:
        image: a:1
        ports: ["80"]
        command: "run --db My_DB:5432"
        environment: {DB_HOST: My_DB, URL: "http://My_DB:80/My_DB", OTHER: "My_DB2"}
    """
    found = made(text)
    assert of_kind(found, "Service", "my-db")
    (one,) = of_kind(found, "ConfigMap", "web")
    assert one["data"] == {"DB_HOST": "my-db", "URL": "http://my-db:80/My_DB", "OTHER": "My_DB2"}
    assert container(found)["args"] == ["run", "--db", "my-db:5432"]


def test_other_names_are_services_too() -> None:
    text = """
    services:
      db: {image: "postgres:17", container_name: shop-db, networks: {default: {aliases: [database, db]}}}
      web: {image: "a:1", links: ["db:store"]}
    """
    assert [one["metadata"]["name"] for one in of_kind(made(text), "Service")] == ["db", "database", "shop-db", "store"]


def test_a_port_that_only_others_name_is_found() -> None:
    text = "services:\n  api: {image: a}\n  web: {image: b, environment: {A: 'http://api:5005'}, ports: ['80']}\n"
    (one,) = of_kind(made(text), "Service", "api")
    assert one["spec"]["ports"][0]["port"] == 5005


def test_a_built_service_has_the_user_and_ports_of_its_dockerfile() -> None:
    text = "services:\n  web: {build: ./app}\n"
    files = {"app/Dockerfile": "FROM a:1\nEXPOSE 4000\nUSER 4711\n"}
    found = made(text, files=files)
    assert container(found)["image"] == "localhost/app-web:latest"
    assert container(found)["securityContext"]["runAsUser"] == 4711
    assert container(found)["ports"][0]["containerPort"] == 4000
    given = described(project(text, files), images={"web": "registry.test/web:1"})
    assert container(given)["image"] == "registry.test/web:1"


def test_the_public_name_leads_to_the_web_server() -> None:
    found = made(WHOLE, Options(host="shop.test"))
    assert [one["metadata"]["name"] for one in of_kind(found, "Ingress")] == ["web"]
    assert not any("was open on the machine" in one.text.en for one in found.notes)


@dataclass(frozen=True, kw_only=True)
class Refused:
    text: str
    says: str


REFUSED = (
    Refused(text="privileged: true", says="all rights"),
    Refused(text="network_mode: host", says="network_mode: host"),
    Refused(text="pid: host", says="pid: host"),
    Refused(text="ipc: host", says="ipc: host"),
    Refused(text="devices: ['/dev/fuse']", says="devices of the machine"),
    Refused(text="cap_add: [SYS_ADMIN]", says="SYS_ADMIN"),
    Refused(text="security_opt: ['seccomp:unconfined']", says="seccomp:unconfined"),
    Refused(text="sysctls: ['kernel.msgmax=5']", says="kernel.msgmax"),
    Refused(text="volumes: ['/var/run/docker.sock:/var/run/docker.sock']", says="socket of Docker"),
    Refused(text="volumes: ['/etc:/host']", says="folder of the machine"),
    Refused(text="use_api_socket: true", says="socket of the container engine"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.text)
def test_what_would_be_root_on_the_node_is_refused_with_its_line(case: Refused) -> None:
    found = made(web(case.text))
    (one,) = found.refused
    assert case.says in one.text.en
    assert str(one.evidence.source) == "compose.yaml:5"
    assert container(found)["securityContext"]["privileged"] is False


@pytest.mark.parametrize(
    "text",
    [
        "logging: {driver: syslog}", "ulimits: {nofile: 5}", "stop_signal: SIGINT", "mac_address: 'a'", "cpuset: '0'",
        "deploy: {placement: {constraints: ['node.role == manager']}}", "labels: ['traefik.enable=true']",
        "domainname: a.example", "pids_limit: 5", "oom_score_adj: 5",
    ],
)  # fmt: skip
def test_what_means_nothing_here_is_said(text: str) -> None:
    found = made(web(f"user: '5000'\n{text}"))
    assert [str(one.evidence.source) for one in found.notes][:1] == ["compose.yaml:6"]
    assert all(one.text.en and one.text.zh for one in found.notes)


def test_labels_become_annotations() -> None:
    found = made(
        web(
            "labels: {team: shop, 'not a name': x, kubernetes.io/x: y, checkov.io/skip1: z}\nannotations: "
            "[a.example/b=c]"
        )
    )
    (one,) = of_kind(found, "Deployment")
    assert one["spec"]["template"]["metadata"]["annotations"] == {"a.example/b": "c", "team": "shop"}


def test_names_that_collide_are_refused() -> None:
    with pytest.raises(ManifestRefused, match="would both be called a-b"):
        made("services:\n  a_b: {image: x}\n  a.b: {image: x}\n")


def test_the_text_says_the_same_as_the_values() -> None:
    for options in (Options(), replace(Options(), host="shop.test", create_namespace=False)):
        files = composed(project(WHOLE), options).files
        read = [one for file in files for one in yaml.safe_load_all(file.text) if one and one["kind"] != "Namespace"]
        assert read == [one.body for one in described(project(WHOLE), options).objects]
        keys = [(one["kind"], one["metadata"]["name"]) for one in read]
        assert len(set(keys)) == len(keys)


def test_selectors_find_the_pods() -> None:
    for one in made(WHOLE).objects:
        if one.kind in {"Deployment", "StatefulSet", "DaemonSet"}:
            spec = one.body["spec"]
            assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()
