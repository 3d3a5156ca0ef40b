"""The image of a static site: its files behind nginx without root, which the writer of Dockerfiles configures."""

from builder.plan import Command
from builder.recipe import Base, Copy, Final, Recipe, Stage, Step

NGINX = Base(image="docker.io/nginxinc/nginx-unprivileged", tag="1.29-alpine")
FOLDER = "/usr/share/nginx/html"
PORT = 8080


def served(stage: Stage, *, output: str, ignored: tuple[str, ...] = ()) -> Recipe:
    """Return the recipe that serves what a stage leaves in ``output``."""
    copied = Copy(sources=(f"{output}/",), to=f"{FOLDER}/", stage=stage.name)
    return Recipe(stages=(stage,), final=final(copied), ignored=ignored)


def final(*steps: Step) -> Final:
    """Return the image that serves what the steps put into its folder."""
    return Final(
        base=NGINX,
        steps=steps,
        command=Command(argv=("nginx", "-g", "daemon off;")),
        directory=FOLDER,
        health_tool="busybox",
        reaps=True,
        stop_signal="SIGQUIT",  # ends what is being served first
    )
