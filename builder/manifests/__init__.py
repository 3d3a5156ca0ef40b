"""Write Kubernetes manifests: ``manifests(prepared, image, options)``; ``described`` gives the objects with reasons.

Pure: the same plan, image and options always give the same text. One module for each kind of object; what all pods
share is in ``pod``, ``container``, ``probes``, ``resources`` and ``security``, and ``composing`` says which objects a
component becomes. The App resource (``sextant.dev/v1alpha1``) will be a module beside these that ``composing`` chooses
in place of the plain objects; its schema belongs to ``rollout``.

Values of secrets are never written: pods refer to a Secret, and a comment shows how to make it.
"""

from posixpath import join

from builder.files import Prepared
from builder.manifests.composing import objects
from builder.manifests.errors import ManifestRefused
from builder.manifests.manifest import Manifest
from builder.manifests.namespace import namespace
from builder.manifests.options import Autoscaling, Options
from builder.manifests.secret import example
from builder.manifests.subject import subject_of
from builder.manifests.writing import file
from builder.recipe import Generated

__all__ = ["Autoscaling", "Manifest", "ManifestRefused", "Options", "described", "manifests"]

FOLDER = "deploy"
NAMESPACE_FILE = "00-namespace.yaml"
"""Sorted before all others, since kubectl applies a folder in that order."""

DEFAULTS = Options()


def manifests(prepared: Prepared, image: str, options: Options = DEFAULTS) -> tuple[Generated, ...]:
    """Return the files of a component: its own, and the namespace's, which is the same for all components.

    Raises ``PlanIncomplete`` where the plan leaves port, kind or schedule open, ``ManifestRefused`` for bad names.
    """
    subject = subject_of(prepared, image, options)
    about = (f"{subject.name}: written by Sextant. Each value and its ground: sextant build plan",)
    text = file(about, objects(subject), after=example(subject))
    own = Generated(path=join(FOLDER, f"{subject.name}.yaml"), text=text)
    if not options.create_namespace:
        return (own,)
    text = file((), (namespace(options),))
    return Generated(path=join(FOLDER, NAMESPACE_FILE), text=text), own


def described(prepared: Prepared, image: str, options: Options = DEFAULTS) -> tuple[Manifest, ...]:
    """Return the objects of a component as plain values, with what is said about each and its exemptions."""
    return objects(subject_of(prepared, image, options))
