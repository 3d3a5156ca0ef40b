"""Language providers, one package or file each. ``PROVIDERS`` holds them in the order in which equals are preferred."""

from builder.detect.languages.go import GO
from builder.provider import Provider

PROVIDERS: tuple[Provider, ...] = (GO,)
