"""What is wrong with what manifests were asked for."""

from builder.errors import BuilderError


class ManifestRefused(BuilderError):
    """An option or a name that Kubernetes would not take. The message names it."""

    code, title = "manifest_refused", "The manifests cannot be written"
