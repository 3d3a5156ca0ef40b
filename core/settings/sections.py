"""The sections of the settings. Each description gives the unit and the reason for the default."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic_settings import NoDecode

MIB = 1024 * 1024


def _listed(value: object) -> object:
    """Accept a list written as one string with commas."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Listed = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Seconds = Annotated[float, Field(gt=0, le=30 * 86_400)]
Grace = Annotated[float, Field(ge=0, le=30 * 86_400)]


class Section(BaseModel):
    """A group of settings. Unknown names are refused, so that a typing error does not pass for a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSettings(Section):
    """The HTTP server."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on. Loopback, because the token it prints is the only guard."
    )
    port: int = Field(
        8484, ge=0, le=65535, description="Port to listen on; 0 takes a free one. 8484 is seldom taken by others."
    )
    allowed_hosts: Listed = Field(
        ("127.0.0.1", "localhost", "[::1]"),
        description="Host headers that are answered, with commas. Only loopback names, which stops DNS rebinding.",
    )
    auth: Literal["token", "cluster"] = Field(
        "token",
        description="Who is let in: token (printed at start) or cluster (bearer tokens that the cluster reviews). "
        "The printed token suits one person on one machine.",
    )
    review_cache_seconds: Seconds = Field(
        60,
        description="Seconds for which a reviewed bearer token is trusted. 60 keeps reviews rare and revocation quick.",
    )
    request_seconds: Seconds = Field(
        30,
        description="Seconds after which a call that is still working answers 202 with a run. Most diagnoses end "
        "well before; proxies often cut at 60.",
    )
    shutdown_seconds: Grace = Field(
        10,
        description="Seconds given to running work at shutdown. Less than the 30 after which Kubernetes kills.",
    )
    max_upload_bytes: int = Field(
        256 * MIB,
        gt=0,
        description="Bytes of an uploaded bundle at most. As bundle.max_bytes: larger ones are refused anyway.",
    )


def _state_dir() -> Path:
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "sextant"


class StorageSettings(Section):
    """Where runs and state are kept."""

    url: str = Field(
        "",
        description="Database: empty for a SQLite file in state_dir, or postgresql://user@host/name. SQLite needs no "
        "server and serves one process well.",
    )
    state_dir: Path = Field(
        default_factory=_state_dir,
        description="Folder for the SQLite file and other state. The place of the XDG base directories.",
    )


class ClusterSettings(Section):
    """How a cluster is read."""

    kubeconfig: str = Field(
        "", description="Path of a kubeconfig; empty follows kubectl: $KUBECONFIG, then ~/.kube/config."
    )
    context: str = Field("", description="Context of the kubeconfig; empty takes its current one, as kubectl does.")
    server: str = Field("", description="URL of the API server; empty takes the kubeconfig's. A platform pins it here.")
    ca_file: str = Field(
        "", description="Path of the CA that signed the server's certificate; empty takes the kubeconfig's."
    )
    in_flight: int = Field(
        8, ge=1, le=64, description="Requests at once. 8 hides latency and stays a small share of the server's."
    )
    page_size: int = Field(
        2500,
        ge=1,
        le=10_000,
        description="Objects in one LIST page. 5,000 pods take 2 requests and a page stays near 20 MB.",
    )
    request_seconds: Seconds = Field(
        30, description="Seconds for one request. The largest page takes a few; a stall shows soon."
    )
    collect_seconds: Seconds = Field(
        25,
        description="Seconds for collecting a snapshot. It leaves 5 of server.request_seconds for the analysis.",
    )
    retries: int = Field(
        4, ge=0, le=20, description="Repeats after 429, 503 or a broken connection. With back-off about 10 s in all."
    )
    qps: float = Field(
        50, gt=0, description="Requests a second on average. The rate that current kubectl allows itself."
    )
    burst: int = Field(100, ge=1, description="Requests at once above the average. One diagnosis needs fewer than 100.")
    custom_kinds: int = Field(
        20,
        ge=0,
        le=500,
        description="Custom kinds that are read at most. Each costs a LIST; clusters can define hundreds.",
    )
    certificates: int = Field(
        20,
        ge=0,
        le=200,
        description="TLS Secrets of routes that are opened for the certificate's dates and names; the key is dropped "
        "at once. 0: none, since the answer to such a request holds the key.",
    )


class LogSettings(Section):
    """How much of the logs is read."""

    tail_lines: int = Field(
        2000, ge=1, description="Lines at the end of each log. Long enough for a stack trace under chatter."
    )
    max_bytes: int = Field(
        262_144, ge=1024, description="Bytes of each log at most: 256 KiB is 2,000 lines of usual length."
    )
    max_containers: int = Field(
        40, ge=0, description="Containers whose logs are read. Only those in trouble; 40 cost about 2 s."
    )
    line_bytes: int = Field(
        16_384, ge=256, description="Bytes of one line at most. Container runtimes split lines at 16 KiB."
    )


class BundleSettings(Section):
    """Limits on recordings that are opened. They come from strangers."""

    max_bytes: int = Field(
        256 * MIB, gt=0, description="Bytes of the compressed file. A 5,000-pod cluster records in under 20 MiB."
    )
    max_expanded_bytes: int = Field(
        2048 * MIB, gt=0, description="Bytes of all members together. Ten times what a large support bundle holds."
    )
    max_members: int = Field(200_000, gt=0, description="Files inside. Dumps of large clusters hold tens of thousands.")
    max_member_bytes: int = Field(
        512 * MIB, gt=0, description="Bytes of one file. A list of 50,000 pods fits; it is read into memory."
    )
    max_ratio: float = Field(
        200,
        gt=1,
        description="Expanded bytes for each compressed one. Kubernetes JSON reaches 60; bombs start at 1,000.",
    )


class DiagnoseSettings(Section):
    """When a state counts as a fault. All measured against the time of the snapshot."""

    pull_grace_seconds: Grace = Field(
        30, description="Seconds a container may wait for its image. Usual images pull faster."
    )
    create_grace_seconds: Grace = Field(
        300, description="Seconds in ContainerCreating without an error event. Volumes may need minutes to attach."
    )
    slow_pull_seconds: Grace = Field(
        300, description="Seconds after which a pull that goes on is called slow. 5 min fit 10 GB."
    )
    schedule_grace_seconds: Grace = Field(
        30, description="Seconds a pod may wait for a node. The scheduler decides within one."
    )
    autoscaler_wait_seconds: Grace = Field(
        600, description="Seconds a pod may wait for a node that is being added. Cloud nodes join within 10 min."
    )
    claim_grace_seconds: Grace = Field(
        60, description="Seconds a claim may stay Pending. Provisioners answer within a minute."
    )
    attach_grace_seconds: Grace = Field(
        120, description="Seconds a volume may take to attach. Cloud disks need up to 2 min."
    )
    attach_after_node_failure_seconds: Grace = Field(
        360, description="Seconds to attach after a node failed. Kubernetes detaches by force only after 6 min."
    )
    init_hang_seconds: Grace = Field(
        300, description="Seconds after which a running init container hangs. Migrations run minutes."
    )
    restart_window_seconds: Grace = Field(
        600, description="Seconds in which a restart is current. Back-off peaks at 5 min."
    )
    restart_recent_seconds: Grace = Field(
        3600, description="Seconds in which the last of several restarts is recent. Slow crashes come hourly."
    )
    recovered_window_seconds: Grace = Field(
        259_200, description="Seconds for which an ended fault is told as recovered. 3 days span a weekend."
    )
    rollout_grace_seconds: Grace = Field(
        600, description="Seconds a rollout may take without progressDeadlineSeconds. The default of Deployments."
    )
    node_grace_seconds: Grace = Field(
        40, description="Seconds a node may be silent. Kubernetes waits 40 s to 50 s itself."
    )
    lease_stale_seconds: Grace = Field(
        60, description="Seconds after which a lease is stale. Kubelets renew every 10 s."
    )
    observed_lag_seconds: Grace = Field(
        60, description="Seconds a controller may lag behind a change. Healthy ones need one."
    )
    lb_grace_seconds: Grace = Field(
        180, description="Seconds a load balancer may take for its address. Clouds need 1 to 3 min."
    )
    hpa_warmup_seconds: Grace = Field(
        120, description="Seconds an autoscaler may lack metrics. They appear after two scrapes."
    )
    terminating_grace_seconds: Grace = Field(
        60, description="Seconds past deletionTimestamp that a pod may terminate. The kubelet adds clean-up time."
    )
    finalizer_grace_seconds: Grace = Field(
        120, description="Seconds a finalizer may hold an object. Controllers act in seconds."
    )
    cert_issue_grace_seconds: Grace = Field(
        300, description="Seconds a certificate may take. ACME challenges need minutes."
    )


class ModelSettings(Section):
    """The language model, which is optional: any endpoint that speaks OpenAI's chat completions."""

    base_url: str = Field(
        "",
        pattern=r"^(https?://[^\s@?#]+)?$",
        description="URL of the endpoint, up to and with its /v1. Empty: no model; nothing but the wording needs one.",
    )
    name: str = Field(
        "", max_length=200, description="Name of the model, as the endpoint calls it. No default: it costs."
    )
    api_key: SecretStr = Field(
        SecretStr(""),
        description="Key for the endpoint; give it by the environment. Empty suits servers of one's own that ask none.",
    )
    api_key_file: str = Field(
        "", description="Path of a file with the key, such as a mounted Secret. Read for each call, so it may rotate."
    )
    request_seconds: Seconds = Field(
        20,
        le=170,
        description="Seconds for one answer, repeats included; then the rules' answer comes alone. A paragraph takes "
        "a hosted model less than 10.",
    )
    retries: int = Field(
        2, ge=0, le=10, description="Repeats after 429, 5xx or a broken connection. They share request_seconds."
    )
    temperature: float = Field(
        0, ge=0, le=2, description="How freely words are chosen, 0 to 2. 0, because wording is wanted and not ideas."
    )
    max_input_tokens: int = Field(
        12_000, ge=200, description="Tokens of a prompt at most, as estimated. Some ten findings with evidence fit."
    )
    max_output_tokens: int = Field(
        1_500, ge=50, description="Tokens of an answer at most. A dozen sentences as JSON need about 1,000."
    )
    max_answer_bytes: int = Field(
        262_144, ge=4_096, description="Bytes read of one answer at most. Ten times what max_output_tokens take up."
    )
    input_price: float = Field(
        0, ge=0, description="Price of a million prompt tokens, in any currency. 0: unknown, so nothing is counted."
    )
    output_price: float = Field(
        0, ge=0, description="Price of a million answer tokens, in that currency. 0: unknown, so nothing is counted."
    )
    max_cost: float = Field(
        0, ge=0, description="Cost of one call at most, in that currency. 0: no limit, as prices are unknown."
    )
    breaker_failures: int = Field(
        3, ge=1, description="Failed calls in a row after which no more are tried for a while. 3 are no coincidence."
    )
    breaker_seconds: Seconds = Field(
        60, description="Seconds for which none is tried; then one call decides. Outages are seldom shorter."
    )

    @property
    def configured(self) -> bool:
        """Say whether there is a model to ask."""
        return bool(self.base_url and self.name)
