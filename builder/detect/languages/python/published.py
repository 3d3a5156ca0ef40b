"""What a distribution says of itself: a server, a bot, or a library for other programs."""

import re

from builder.detect.languages.python.found import Facts

_SERVER_WORDS = re.compile(
    r"\b(web ?(server|app|application|interface|ui|site|based|service)s?|servers?|daemon|dashboard|self-?hosted|"
    r"REST API|HTTP API|microservice|backend|proxy|gateway|platform|portal|wiki|blog|cms|webui|registry)\b",
    re.IGNORECASE,
)
_LIBRARY_WORDS = re.compile(
    r"\b(library|framework|toolkit|sdk|wrapper|bindings?|plugin|extension|client|middleware|integration|helpers?|utilit(y|ies)|"
    r"tool|curses|package for|module for|parser|"
    r"decorator|backend for|support for|testing|mock|adapter|driver|cli|command[- ]line|toolbox|linter|generator)\b",
    re.IGNORECASE,
)
_BOT = re.compile(r"\b(chat|irc|discord|telegram|matrix|slack|twitch)?[- ]?bot\b", re.IGNORECASE)
SERVER_NAME = re.compile(
    r"(^|[-_.])(server|serve|web|webapp|api|dashboard|daemon|app|ui|portal|site|service|backend|hub)([-_.]|$)|server$|d$"
)
_NOT_SERVERS = (
    "Environment :: Console", "Topic :: Software Development :: Libraries", "Environment :: Plugins",
    "Topic :: Utilities", "Topic :: Software Development :: Libraries :: Python Modules",
    "Topic :: Software Development :: Libraries :: Application Frameworks", "Topic :: Documentation",
    "Topic :: Software Development :: Testing",
)  # fmt: skip
_SERVERS = (
    "Topic :: Internet :: WWW/HTTP :: HTTP Servers", "Topic :: Internet :: WWW/HTTP :: WSGI :: Application",
    "Environment :: No Input/Output (Daemon)", "Environment :: Web Environment",
    "Topic :: Internet :: WWW/HTTP :: Site Management", "Topic :: Communications :: Email :: Mail Transport Agents",
)  # fmt: skip
_PREFIXES = (
    "flask-", "django-", "fastapi-", "pytest-", "sphinx", "mkdocs-", "starlette-", "streamlit-", "dash-", "sanic-",
    "aiohttp-", "celery-", "gradio-", "wagtail-", "flask_", "django_", "fastapi_", "streamlit_", "jupyter-",
    "pelican-", "panel-", "tornado-", "quart-", "litestar-", "mcp-server-",
)  # fmt: skip
_FRAMEWORKS = frozenset(
    {
        "flask", "django", "fastapi", "starlette", "litestar", "quart", "sanic", "aiohttp", "tornado", "bottle",
        "falcon", "dash", "pyramid", "streamlit", "gradio", "panel", "chainlit", "celery", "rq", "dramatiq", "huey",
        "gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress", "werkzeug", "cherrypy", "twisted",
        "nicegui", "mcp", "fastmcp", "bokeh", "solara", "marimo", "mesop", "reflex", "robyn", "blacksheep",
        "connexion", "python-fasthtml", "voila", "fastapi-cli", "livereload", "websockets",
    }
)  # fmt: skip
"""Projects whose command serves other people's applications: by themselves they serve nothing."""


def is_application(facts: Facts) -> float:
    """Return how much the manifest speaks for a program to be put online rather than a library (above 0) or not."""
    asked = facts.manifest
    score = 0.0
    score += 2 * sum(1 for one in asked.classifiers if one in _SERVERS)
    score -= 1.5 * min(2, sum(1 for one in asked.classifiers if one in _NOT_SERVERS))
    score += 2 * bool(_SERVER_WORDS.search(asked.summary)) - 2.5 * bool(_LIBRARY_WORDS.search(asked.summary))
    name = asked.name.lower()
    score += 2 * bool(SERVER_NAME.search(name)) - 3 * name.startswith(_PREFIXES) - 9 * (name in _FRAMEWORKS)
    return score


def has_own_package(facts: Facts) -> bool:
    """Say whether a package of the distribution's own name lies here."""
    own = facts.manifest.name.lower().replace("-", "_").replace(".", "_")
    return bool(facts.place.has(f"{own}/__init__.py", f"src/{own}/__init__.py")) or facts.manifest.distribution


def is_bot(facts: Facts) -> bool:
    """Say whether the description calls it a bot, rather than something to make bots with."""
    summary = facts.manifest.summary
    return bool(_BOT.search(summary)) and not _LIBRARY_WORDS.search(summary)
