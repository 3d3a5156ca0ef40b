"""The App resource and its siblings: schema, render, plan, judge, controller, proposals.

Belongs here: everything that may end in a write to a cluster, always as a proposal that a person approved.
Does not belong here: finding out why something fails (``diagnose``).
Names for others: ``trials.tried`` (what the API server says of a diagnosis' remedies), ``proposals.propose``.
"""
