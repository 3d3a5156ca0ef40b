"""The words of ``buildah build`` for a request: the same wherever it runs."""

from collections.abc import Mapping

from builder.build.executor import BuildRequest, Network


def build_words(
    request: BuildRequest, *, dockerfile: str, ignore: str, secrets: Mapping[str, str], mounts: Mapping[str, str]
) -> list[str]:
    """Return the words after ``buildah``, all but the context.

    ``dockerfile`` and ``ignore`` (may be empty) are files; ``secrets`` and ``mounts`` are files by id and by the path
    in the build, all of them where buildah runs.
    """
    words = ["build", "--isolation", "chroot", "--layers", "--timestamp", "0"]
    words += ["--format", "oci"]  # Docker's holds random names, so that no build gives the same image twice
    words += ["--cap-drop", "CAP_SYS_CHROOT"]  # with it a step leaves the root that chroot isolation gives it
    words += ["--file", dockerfile, "--tag", request.name]
    words += ["--ignorefile", ignore] if ignore else []
    words += ["--no-cache"] if not request.cached else []
    words += ["--target", request.target] if request.target else []
    for name, value in arguments(request).items():
        words += ["--build-arg", f"{name}={value}"]
    for inside, outside in mounts.items():
        words += ["--volume", f"{outside}:{inside}:ro"]
    for name, file in secrets.items():
        words += ["--secret", f"id={name},src={file}"]
    return words


def arguments(request: BuildRequest) -> dict[str, str]:
    """Return the build arguments: the proxies under both spellings that programs read, then the request's own."""
    return proxies(request.network) | dict(request.arguments)


def proxies(network: Network) -> dict[str, str]:
    """Return the proxies by the variables that programs read them from, in both spellings."""
    named = {"HTTP_PROXY": network.http_proxy, "HTTPS_PROXY": network.https_proxy, "NO_PROXY": network.no_proxy}
    given = {name: value for name, value in named.items() if value}
    return given | {name.lower(): value for name, value in given.items()}
