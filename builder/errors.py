"""The errors of the builder.

::

    SextantError
    └── BuilderError             something about a source tree or a build                exit 1
        ├── PlanIncomplete       a field that the Dockerfile needs is not decided        HTTP 422
        ├── NotDeployable        nothing in the tree can be put online                   HTTP 422
        └── TreeRefused          a source cannot be opened; builder.source.errors
"""

from core.errors import SextantError


class BuilderError(SextantError):
    """Something about a source tree or a build."""

    code, status, title = "builder", 422, "The source cannot be built"


class PlanIncomplete(BuilderError):
    """A field that is needed is not decided. The message names the component and the field."""

    code, title = "plan_incomplete", "The build plan leaves something open"


class NotDeployable(BuilderError):
    """Nothing in the tree can be put online; the message says what was found instead."""

    code, title = "not_deployable", "There is nothing to put online"
