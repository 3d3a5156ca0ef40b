"""Measures of the knowledge base: ``python -m benchmarks.knowledge``. Bounds are those of its issue."""
