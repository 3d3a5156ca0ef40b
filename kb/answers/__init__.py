"""Answer a question out of passages: cited sentence by sentence, with a verdict, or an honest "not in here".

Belongs here: choosing sentences, judging whether they answer, wording by a model and the check of what it wrote.
Does not belong here: finding passages (``kb.search``), conversation (``agent``).
"""
