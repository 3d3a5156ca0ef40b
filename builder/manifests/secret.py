"""The Secret that the pods refer to: never written with values, only shown as an example in a comment."""

from builder.manifests.subject import Subject


def example(subject: Subject) -> tuple[str, ...]:
    """Return the lines of a comment that says how to make the Secret, none where no secret is read."""
    secrets = subject.environment.secrets
    if not secrets:
        return ()
    return (
        "The Secret is yours to make, outside of version control; until it is there the pods wait for it.",
        "Fill it in and apply it, or let an operator for secrets make one of this name:",
        "",
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        f"  name: {subject.name}",
        f"  namespace: {subject.options.namespace}",
        "type: Opaque",
        "stringData:",
        *(f'  {name}: "…"{"" if required else "  # may be left out"}' for name, required in secrets),
    )
