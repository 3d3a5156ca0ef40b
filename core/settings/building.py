"""The section on building images: which registries answer, what a build may reach, how long it may take."""

from typing import Literal

from pydantic import Field

from core.settings.sections import MIB, Listed, Section


class BuildSettings(Section):
    """Builds of images. What stands here reaches a build while it runs, and no layer, log or argument of it."""

    executor: Literal["buildah", "buildkit", "kubernetes", "plan-only"] = Field(
        "buildah",
        description="What builds images: buildah on this machine, buildkit (a buildkitd elsewhere), kubernetes (a Job "
        "in the cluster), or plan-only: plans and files, no builds.",
    )
    mirrors: dict[str, str] = Field(
        default_factory=dict,
        description='Registries that stand in for others, such as {"docker.io" = "mirror.example.com/hub"}. None: base '
        "images come from where they live.",
    )
    insecure_registries: Listed = Field(
        (), description="Registries that speak plain HTTP, with commas: of a test or a closed network."
    )
    http_proxy: str = Field("", description="Proxy for http:// while building. Empty: none.")
    https_proxy: str = Field("", description="Proxy for https:// while building. Empty: none.")
    no_proxy: str = Field("", description="Hosts that are reached without the proxy, with commas.")
    mounts: dict[str, str] = Field(
        default_factory=dict,
        description="Files of this machine that a build may read, by their path in the build: a CA bundle, pip.conf, "
        ".npmrc of a mirror. They are mounted while it runs.",
    )
    seconds: float = Field(
        1_500.0, gt=0, le=7_200, description="Seconds for one build. 25 minutes are enough for a cold Rust workspace."
    )
    at_once: int = Field(
        2, ge=1, le=32, description="Builds at once in one server. Each keeps two cores busy; the rest waits in line."
    )
    max_upload_bytes: int = Field(
        128 * MIB, gt=0, description="Bytes of an uploaded archive at most. Source packs well: few programs have more."
    )
    max_source_bytes: int = Field(
        512 * MIB,
        gt=0,
        description="Bytes of a source at most that is uploaded, unpacked or fetched. More is data, not source.",
    )
    max_source_files: int = Field(50_000, gt=0, description="Files of such a source at most: a large monorepo.")
    keep_seconds: float = Field(
        86_400,
        gt=0,
        le=7 * 86_400,
        description="Seconds for which generated files and the image of a build over HTTP are kept. A day is enough to "
        "fetch them.",
    )
    registry: str = Field(
        "",
        description="Registry and path that buildkit and kubernetes push what they build to, such as "
        "registry.example.com/team. They need one.",
    )
    registry_cache: bool = Field(
        True,
        description="Keep layers of builds in registry, for buildkit and kubernetes. Without it each build begins from "
        "nothing.",
    )
    registry_auth_file: str = Field(
        "",
        description="Path of a file with credentials for registries (docker's config.json), for digests, base images "
        "and pushes. Empty: none, and on the command line the person's own.",
    )
    registry_certificates: str = Field(
        "", description="Folder with certificates (*.crt) of registries that are pushed to. Empty: those of the system."
    )
    push_to: Listed = Field(
        (),
        description="Beginnings of the names that images may be pushed to over HTTP, with commas, such as "
        "registry.example.com/team/. Empty: anywhere where one person is served, else nowhere.",
    )
    kubernetes_image: str = Field(
        "",
        description="Image that builds run in: buildah, tar, a shell, user 1000 with subordinate ids, such as "
        "quay.io/buildah/stable:v1.41.",
    )
    kubernetes_namespace: str = Field(
        "", description="Namespace of the Jobs. Empty: the kubeconfig's, or the caller's default."
    )
    kubernetes_pull_registry: str = Field(
        "", description="The registry as nodes reach it, where that differs from registry. Empty: the same."
    )
    kubernetes_registry_secret: str = Field(
        "",
        description="Secret of type kubernetes.io/dockerconfigjson in that namespace, with which builds pull and push. "
        "Empty: none.",
    )
    kubernetes_service_account: str = Field(
        "", description="Service account of the pods, without its token. Empty: default."
    )
    kubernetes_cpu: str = Field("2", description="CPU limit of a build's pod; a quarter is requested.")
    kubernetes_memory: str = Field("4Gi", description="Memory limit of a build's pod; a quarter is requested.")
    kubernetes_scratch: str = Field("20Gi", description="Limit of a build's disk (an emptyDir).")
    kubernetes_start_seconds: float = Field(
        120, gt=0, le=3_600, description="Seconds until the pod must run: its place in line and the pull of its image."
    )
    kubernetes_seccomp: str = Field(
        "",
        description="Seccomp profile of the pods: RuntimeDefault, Unconfined, or the path of a profile on the node. "
        "Empty: the node's own.",
    )
    kubernetes_apparmor: str = Field("", description="AppArmor profile of the pods, in the same words.")
    buildkit_address: str = Field(
        "", description="Address of buildkitd, such as tcp://host:1234 or unix:///run/buildkit/buildkitd.sock."
    )
    buildkit_ca_file: str = Field(
        "", description="File with the certificate authority of buildkitd. Empty: those of the system."
    )
    buildkit_cert_file: str = Field("", description="File with the client certificate for buildkitd. Empty: none.")
    buildkit_key_file: str = Field("", description="File with the key of that client certificate. Empty: none.")
    buildkit_server_name: str = Field("", description="Name in the certificate of buildkitd. Empty: its address.")
