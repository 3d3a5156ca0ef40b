"""Serve the files of a static site: one web server for all, as small as it can be."""

from dataclasses import replace

from builder.plan import Command, Component
from builder.recipe import Base, Copy, Final, Generated, Recipe

PORT = 8080
CONFIGURATION = "nginx.sextant.conf"
BASE = Base(image="docker.io/nginxinc/nginx-unprivileged", tag="1.29-alpine-slim")
FILES = "/usr/share/nginx/html"

_TEXT = """\
# Serves the files of the build; written by Sextant.
server {{
    listen {port};
    root {files};
    server_tokens off;
    gzip on;
    gzip_types text/css application/javascript application/json image/svg+xml text/plain;
    add_header X-Content-Type-Options nosniff always;

    location ~* "\\.[0-9a-f]{{8,}}\\.(js|css|woff2?|png|svg)$" {{
        expires 1y;
        add_header Cache-Control "public, immutable";
    }}
    location / {{
        try_files {tries};
    }}
    error_page 404 /404.html;
}}
"""

_PAGES = "$uri $uri/index.html $uri.html =404"
_ROUTES = "$uri $uri/index.html $uri.html /index.html"


def served(component: Component, recipe: Recipe) -> Recipe:
    """Return the recipe with a web server as its final image. Its copies into ``FILES`` stay."""
    spa = any(one.value == "static.spa" for one in component.traits)
    text = _TEXT.format(port=PORT, files=FILES, tries=_ROUTES if spa else _PAGES)
    final = Final(
        base=BASE,
        steps=(Copy(sources=(CONFIGURATION,), to="/etc/nginx/conf.d/default.conf"), *recipe.final.steps),
        command=Command(argv=("nginx", "-g", "daemon off;")),
        directory=FILES,
        health_tool="busybox",
        reaps=True,
        stop_signal="SIGQUIT",  # ends what is being served first
    )
    return replace(recipe, final=final, files=(*recipe.files, Generated(path=CONFIGURATION, text=text)))
