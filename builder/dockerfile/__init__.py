"""Write Dockerfiles: ``dockerfile(component, recipe)`` and ``dockerignore(tree, recipe)``.

Everything that holds for all languages is decided here: the user, the health check, init and signals, labels, caches,
what a read-only root needs. What is written builds alike with buildah 1.28 and BuildKit.
"""

from builder.dockerfile.ignoring import dockerignore
from builder.dockerfile.writing import Written, dockerfile

__all__ = ["Written", "dockerfile", "dockerignore"]
