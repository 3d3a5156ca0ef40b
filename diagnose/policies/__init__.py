"""What network policies let through: one flow, judged in both directions, and the smallest rule that would admit it.

Pure: ends and policies come in as data, nothing here knows a snapshot.
"""
