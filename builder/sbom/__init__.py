"""The bill of materials of an image: which packages it holds, by the files in it.

Belongs here: reading an image's files (never executing or following them), package URLs, the documents. Does not
belong here: looking for weak spots in what was found. An image is untrusted input: reading is bounded in files, bytes
and time, and what was not looked at is said.

- ``finders``: one for each way in which an image says what it holds.
- ``taking``: all of them over all files, into an ``Inventory``.
- ``cyclonedx``, ``spdx``: the inventory as a document that other tools read.
"""

from builder.sbom.cyclonedx import cyclonedx
from builder.sbom.limits import Limits
from builder.sbom.model import Component, Inventory, Subject, System
from builder.sbom.spdx import spdx
from builder.sbom.taking import components, inventory

__all__ = ["Component", "Inventory", "Limits", "Subject", "System", "components", "cyclonedx", "inventory", "spdx"]
