"""What the settings say of builds, as executors take it."""

from collections.abc import Callable
from pathlib import Path

from builder.build.buildah import Buildah
from builder.build.buildkit import BuildKit, BuildKitBuilds
from builder.build.executor import Executor, Network
from builder.build.kube_job import KubernetesBuilds
from builder.build.kubernetes import KubernetesExecutor
from builder.build.plan_only import PlanOnly
from builder.build.registries import Registries
from cluster.identity import Identity
from core.settings import BuildSettings


def network_of(settings: BuildSettings) -> Network:
    """Return how builds reach registries of packages."""
    return Network(
        http_proxy=settings.http_proxy,
        https_proxy=settings.https_proxy,
        no_proxy=settings.no_proxy,
        mounts={inside: Path(outside) for inside, outside in settings.mounts.items()},
    )


def registries_of(settings: BuildSettings) -> Registries:
    """Return which registry of images answers for which."""
    return Registries(mirrors=settings.mirrors, insecure=frozenset(settings.insecure_registries))


def executor_of(settings: BuildSettings, folder: Path, identity: Callable[[], Identity]) -> Executor:
    """Return the executor that the settings name, with its images or what it sends in ``folder``.

    ``identity`` is whose builds they are; it is asked for only where they run in a cluster.
    """
    match settings.executor:
        case "buildah":
            return Buildah(folder, registries_of(settings), authfile=authfile_of(settings))
        case "kubernetes":
            return KubernetesExecutor(identity(), kubernetes_of(settings), folder, registries_of(settings))
        case "buildkit":
            return BuildKit(buildkit_of(settings), folder)
        case "plan-only":
            return PlanOnly()


def kubernetes_of(settings: BuildSettings) -> KubernetesBuilds:
    """Return how builds run in a cluster."""
    return KubernetesBuilds(
        image=settings.kubernetes_image,
        registry=settings.registry.rstrip("/"),
        namespace=settings.kubernetes_namespace,
        pull_registry=settings.kubernetes_pull_registry.rstrip("/"),
        registry_secret=settings.kubernetes_registry_secret,
        service_account=settings.kubernetes_service_account,
        cpu=settings.kubernetes_cpu,
        memory=settings.kubernetes_memory,
        scratch=settings.kubernetes_scratch,
        start_seconds=settings.kubernetes_start_seconds,
        seccomp=settings.kubernetes_seccomp,
        apparmor=settings.kubernetes_apparmor,
        cached=settings.registry_cache,
        max_context_bytes=settings.max_source_bytes,
    )


def buildkit_of(settings: BuildSettings) -> BuildKitBuilds:
    """Return where buildkitd is."""
    return BuildKitBuilds(
        address=settings.buildkit_address,
        registry=settings.registry.rstrip("/"),
        ca_file=settings.buildkit_ca_file,
        cert_file=settings.buildkit_cert_file,
        key_file=settings.buildkit_key_file,
        server_name=settings.buildkit_server_name,
        authfile=authfile_of(settings),
        insecure=frozenset(settings.insecure_registries),
        cached=settings.registry_cache,
    )


def authfile_of(settings: BuildSettings, login: Path | None = None) -> Path | None:
    """Return the file with credentials of registries: that of the settings, else ``login``."""
    return Path(settings.registry_auth_file) if settings.registry_auth_file else login
