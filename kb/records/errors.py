"""What can go wrong between the knowledge base and its rows.

::

    SextantError
    ├── Conflict
    │   ├── SourceExists      a source of this name is there already                   HTTP 409
    │   └── LeaseLost         another worker has taken the job, or somebody ended it    HTTP 409
    └── NotFound
        └── JobNotFound       no such job                                              HTTP 404

That a source or a document does not exist is said by ``kb.errors``.
"""

from core.errors import Conflict, NotFound


class SourceExists(Conflict):
    """A source of this name exists under the same access."""

    code, title = "source_exists", "There is a source of this name already"


class LeaseLost(Conflict):
    """The job is no longer this worker's: it was too slow, or somebody cancelled the job. Nothing may be written."""

    code, title = "lease_lost", "Another worker has taken the job"


class JobNotFound(NotFound):
    """No job with this id."""

    code, title = "job_not_found", "No such job"
