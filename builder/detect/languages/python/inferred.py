"""What a program without any list of dependencies imports, as distributions.

Only well-known names: an import's name that nobody knows may be anybody's on the index.
"""

import sys

from builder.detect.languages.python.found import Facts

KNOWN: dict[str, str] = {
    "aiogram": "aiogram", "aiohttp": "aiohttp", "apscheduler": "apscheduler", "bokeh": "bokeh", "boto3": "boto3",
    "bottle": "bottle", "bs4": "beautifulsoup4", "celery": "celery", "chainlit": "chainlit", "cherrypy": "cherrypy",
    "cv2": "opencv-python-headless", "dash": "dash", "discord": "discord.py", "django": "django",
    "dotenv": "python-dotenv", "falcon": "falcon", "fastapi": "fastapi", "fasthtml": "python-fasthtml",
    "fastmcp": "fastmcp", "flask": "flask", "flask_cors": "flask-cors", "flask_login": "flask-login",
    "flask_migrate": "flask-migrate", "flask_socketio": "flask-socketio", "flask_sqlalchemy": "flask-sqlalchemy",
    "flask_wtf": "flask-wtf", "gradio": "gradio", "grpc": "grpcio", "httpx": "httpx", "jinja2": "jinja2",
    "jwt": "pyjwt", "litestar": "litestar", "lxml": "lxml", "matplotlib": "matplotlib", "mcp": "mcp",
    "motor": "motor", "mysql": "mysql-connector-python", "nicegui": "nicegui", "numpy": "numpy", "openai": "openai",
    "pandas": "pandas", "panel": "panel", "PIL": "pillow", "plotly": "plotly", "psycopg2": "psycopg2-binary",
    "psycopg": "psycopg[binary]", "pydantic": "pydantic", "pydantic_settings": "pydantic-settings",
    "pymongo": "pymongo", "pymysql": "pymysql", "pyramid": "pyramid", "quart": "quart", "redis": "redis",
    "requests": "requests", "rest_framework": "djangorestframework", "rich": "rich", "sanic": "sanic",
    "schedule": "schedule", "scipy": "scipy", "seaborn": "seaborn", "sklearn": "scikit-learn",
    "sqlalchemy": "sqlalchemy", "sqlmodel": "sqlmodel", "starlette": "starlette", "streamlit": "streamlit",
    "telebot": "pytelegrambotapi", "telegram": "python-telegram-bot", "tornado": "tornado", "tqdm": "tqdm",
    "uvicorn": "uvicorn", "waitress": "waitress", "web": "web.py", "websockets": "websockets",
    "werkzeug": "werkzeug", "whitenoise": "whitenoise", "yaml": "pyyaml", "corsheaders": "django-cors-headers",
    "environ": "django-environ", "decouple": "python-decouple", "google.generativeai": "google-generativeai",
    "anthropic": "anthropic", "torch": "torch", "transformers": "transformers",
}  # fmt: skip


def distributions(facts: Facts) -> tuple[str, ...]:
    """Return the distributions that the sources import, where no manifest lists any."""
    if facts.manifest.dependencies or facts.manifest.packaged:
        return ()
    found: dict[str, None] = {}
    for module in facts.program.mentions(*KNOWN):
        for dotted in sorted(module.imports):
            head = dotted.partition(".")[0]
            if head in KNOWN and head not in sys.stdlib_module_names and not facts.program.local(head, module.file)[0]:
                found[KNOWN[head]] = None
    return tuple(found)
