"""Coverage-guided fuzzing of every parser: ``make soak``. Not a part of ``make test``, since it ends by the clock."""
