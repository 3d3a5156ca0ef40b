"""Conversation: intent, typed tools, the model loop, approvals, threads.

Belongs here: what turns a person's sentence into calls of the other packages and back into an answer.
Does not belong here: any power over a cluster; tools are read-only or return a proposal. There is no shell tool.
The package holds no code yet.
"""
