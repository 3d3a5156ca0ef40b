"""How well build plans hit the truth: trees that generators and registries make, and trees written here.

Belongs here: recipes that make trees, how a plan is compared with the truth, comparison with other detectors, the
report.
Does not belong here: anything that planning needs; nothing imports this package.
"""
