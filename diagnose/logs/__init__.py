"""What the logs of containers say.

Belongs here: cleaning log lines (colours, timestamps, levels, JSON), grouping stack traces, the table of signatures,
choosing the line that counts, and finding the ports that a program says it listens on.
Does not belong here: deciding that something is at fault (``diagnose.analyzers``), fetching logs (``cluster``).

Others may use: ``reading.read_log``, ``matching.best_match``, ``matching.last_words``, ``listen.listening``.
"""
