"""Ask registries of images (OCI distribution specification) which digest a tag stands for now.

Belongs here: references, credentials, tokens, the bounds of asking. Does not belong here: pulling and pushing, which
executors do. What a registry says is untrusted: digests are checked for their form, and a build that names one is
refused by its executor when the image does not have it.
"""

from builder.registry.credentials import Credentials
from builder.registry.limits import Limits
from builder.registry.references import bases
from builder.registry.resolving import Resolved, digests

__all__ = ["Credentials", "Limits", "Resolved", "bases", "digests"]
