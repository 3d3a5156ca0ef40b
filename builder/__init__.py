"""From a source tree to a build plan, files and an image that was really run.

Belongs here: detection by evidence, build plan, Dockerfile and manifest writers, executors, repair rules.
Does not belong here: rolling an image out (``rollout``). A source tree is untrusted input: it is parsed, never run
outside an executor.

- ``source``: opens a directory, an archive, a Git repository or pasted files as a ``Tree``, within limits.
- ``parsing``: one parser for each format; what cannot be parsed is None, never an exception.
- ``detect``: what is in the tree, each value with its ground; ``detect.planning.plan(tree)`` returns a ``BuildPlan``.
- ``dockerfile``: from a component's recipe to a Dockerfile; ``manifests``: to Kubernetes objects.
- ``build``: executors that make images; ``check``: running one as a strict cluster would; ``repair``: what a failure is
  and which typed patch may mend it; ``pipeline`` and ``mending`` put them together.
"""
