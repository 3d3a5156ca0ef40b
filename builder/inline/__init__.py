"""What makes a service of one function: how a function is called, and the wrappers that call it.

Which file holds a function that can be served is found by ``builder.detect.languages.inline``.
"""
