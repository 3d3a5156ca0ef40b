"""Run an image that was built the way a strict cluster would, and see whether it works.

``trying.tried`` starts it without a right, on a read-only root, as its own user, inside bounds, and asks its port.
The services that it needs are stood in for by real ones where this machine has them: ``services``.
"""
