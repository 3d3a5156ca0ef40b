"""Repair of builds that fail: what a failure is, which typed patch may mend it, when to stop.

Belongs here: classes of errors with the lines that prove them, patches as data, the judgement of a loop that others
run, and the one question to a model that rules leave. All of it is pure but that question.
Does not belong here: building, trying out, waiting (``builder.pipeline``).
"""
