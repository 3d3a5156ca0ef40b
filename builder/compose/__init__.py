"""Read a compose project as the specification says, and write it for Kubernetes.

``load(tree)`` gives a ``Project``: files included, overridden and extended, variables put in, profiles chosen, every
value with its line. ``manifests.composed(project)`` gives the objects, with what was refused and what is to be known.
``detect.truths`` reads compose files too, leniently, for what they say about one program; here a file that is wrong is
an error.
"""

from builder.compose.errors import ComposeBroken
from builder.compose.loading import load, names
from builder.compose.model import Note, Project, Service

__all__ = ["ComposeBroken", "Note", "Project", "Service", "load", "names"]
