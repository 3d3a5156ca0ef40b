"""Build images: ``Executor`` is the port, ``buildah`` the one that works on this machine.

A build is hostile code. An executor hands it no credential, bounds its time and what it prints, and leaves nothing
behind but the image.
"""

from builder.build.executor import BuildRequest, Executor, Image, Line, Network

__all__ = ["BuildRequest", "Executor", "Image", "Line", "Network"]
