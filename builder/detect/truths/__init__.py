"""What people wrote about running the project, one file each. ``TRUTHS`` holds them."""

from builder.provider import Truth

TRUTHS: tuple[Truth, ...] = ()
