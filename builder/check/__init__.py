"""Run an image that was built the way a strict cluster would, and see whether it works.

``checked`` starts it without a right, on a read-only root, as its own user, inside bounds, and asks its port.
"""
