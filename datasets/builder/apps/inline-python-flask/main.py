"""Says how a text reads: words, sentences, and how long somebody needs for it."""

import re

from flask import abort, jsonify

WORDS_A_MINUTE = 220


def reading_time(request):
    text = request.args.get("text") or request.get_data(as_text=True)
    if request.method not in {"GET", "POST"}:
        abort(405)
    words = re.findall(r"\w+", text)
    return jsonify(
        words=len(words),
        sentences=len(re.findall(r"[.!?]+(?:\s|$)", text)),
        seconds=round(60 * len(words) / WORDS_A_MINUTE),
    )
