"""From a source tree to a build plan, files and an image that was really run.

Belongs here: detection by evidence, build plan, Dockerfile and manifest writers, executors, repair rules.
Does not belong here: rolling an image out (``rollout``). A source tree is untrusted input: it is parsed, never run
outside an executor. The package holds no code yet.
"""
