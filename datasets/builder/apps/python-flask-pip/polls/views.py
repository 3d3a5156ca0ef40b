from flask import Blueprint, abort, redirect, render_template, request, url_for

from polls.store import POLLS, Poll

bp = Blueprint("polls", __name__)


@bp.get("/")
def index():
    return render_template("index.html", polls=POLLS)


@bp.get("/health")
def health():
    return {"status": "ok"}


@bp.post("/")
def create():
    question = request.form.get("question", "").strip()
    choices = [one.strip() for one in request.form.get("choices", "").split(",") if one.strip()]
    if not question or len(choices) < 2:
        abort(400)
    POLLS.append(Poll(question, dict.fromkeys(choices, 0)))
    return redirect(url_for("polls.index"))


@bp.post("/<int:number>/<choice>")
def vote(number, choice):
    try:
        POLLS[number].votes[choice] += 1
    except (IndexError, KeyError):
        abort(404)
    return redirect(url_for("polls.index"))
