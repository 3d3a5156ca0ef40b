"""What does not belong into a build: version control, secrets, what the build makes itself."""

from posixpath import join

from builder.plan import Component
from builder.recipe import Recipe
from builder.tree import Tree

COMMON = (
    ".git", ".gitattributes", ".github", ".gitlab", ".gitlab-ci.yml", ".svn", ".hg",
    ".idea", ".vscode", ".DS_Store", "Thumbs.db",
    "**/node_modules", "**/__pycache__", "**/*.pyc", "**/.venv", "**/.pytest_cache", "**/.mypy_cache", "**/.ruff_cache",
    "**/.tox", "**/.terraform", "**/.gradle", "**/*.log", "**/coverage", "**/.nyc_output",
    "Dockerfile*", "Containerfile*", ".dockerignore", "docker-compose*.y*ml", "compose*.y*ml",
)  # fmt: skip

SECRETS = (
    "**/.env", "**/.env.*", "!**/.env.example", "!**/.env.sample", "!**/.env.template", "**/*.pem", "**/*.key",
    "**/*.p12", "**/*.pfx", "**/*.keystore", "**/*.jks", "**/id_rsa*", "**/id_ed25519*", "**/.netrc", "**/.pypirc",
    "**/.aws", "**/.ssh", "**/.kube", "**/.docker", "**/kubeconfig", "**/credentials.json", "**/service-account*.json",
    "**/*.tfstate*", "**/secrets.y*ml",
)  # fmt: skip
"""Later lines win: what is listed here stays out even where .gitignore lets it in."""


def dockerignore(component: Component, recipe: Recipe, tree: Tree) -> str:
    """Return the text of ``.dockerignore``: what Git ignores, what never belongs into an image, then secrets."""
    own = _of_gitignore(tree.text(join(component.context, ".gitignore")) or "")
    needed = {file.path for file in recipe.files}
    parts = (
        ("Version control, editors, what is built anew", COMMON),
        ("What Git ignores", tuple(own)),
        ("This build", recipe.ignored),
        ("Secrets", SECRETS),
        ("Needed all the same", tuple(f"!{path}" for path in sorted(needed))),
    )
    blocks = ["\n".join((f"# {title}", *dict.fromkeys(lines))) for title, lines in parts if lines]
    return "\n\n".join(blocks) + "\n"


def _of_gitignore(text: str) -> list[str]:
    """Return the patterns of .gitignore in the form of .dockerignore, which anchors every pattern at the top."""
    found = []
    for line in text.splitlines():
        pattern = line.strip()
        if not pattern or pattern.startswith("#"):
            continue
        negated, body = pattern.startswith("!"), pattern.lstrip("!").rstrip("/")
        if not body or body in {"*", "/*", "**"}:
            continue  # "all but what follows" would leave the build empty
        anchored = body.lstrip("/") if "/" in body else f"**/{body}"
        found.append(f"!{anchored}" if negated else anchored)
    return found
