"""Settings: environment (``SEXTANT_SERVER__PORT``) over a TOML file (``[server] port``) over defaults.

Each description gives the unit and the reason for the default; ``sextant doctor --settings`` and the reference page
print them. The file is ``$SEXTANT_CONFIG``, else ``$XDG_CONFIG_HOME/sextant/config.toml`` where it exists.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from core.errors import SettingInvalid
from core.redaction import redact
from core.settings.building import BuildSettings
from core.settings.knowledge import KnowledgeSettings
from core.settings.sections import (
    BundleSettings,
    ClusterSettings,
    DiagnoseSettings,
    LogSettings,
    ModelSettings,
    ServerSettings,
    StorageSettings,
)
from core.settings.watching import NotifySettings, WatchSettings

PREFIX = "SEXTANT_"
DELIMITER = "__"

__all__ = [
    "BuildSettings",
    "BundleSettings",
    "ClusterSettings",
    "DiagnoseSettings",
    "KnowledgeSettings",
    "LogSettings",
    "ModelSettings",
    "NotifySettings",
    "ServerSettings",
    "SettingDoc",
    "Settings",
    "StorageSettings",
    "WatchSettings",
    "config_path",
    "describe_settings",
    "load_settings",
]


class Settings(BaseSettings):
    """Everything that can be set. Frozen: it is read once, at start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    server: ServerSettings = Field(default_factory=ServerSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    cluster: ClusterSettings = Field(default_factory=ClusterSettings)
    logs: LogSettings = Field(default_factory=LogSettings)
    bundle: BundleSettings = Field(default_factory=BundleSettings)
    diagnose: DiagnoseSettings = Field(default_factory=DiagnoseSettings)
    model: ModelSettings = Field(default_factory=ModelSettings)
    knowledge: KnowledgeSettings = Field(default_factory=KnowledgeSettings)
    build: BuildSettings = Field(default_factory=BuildSettings)
    watch: WatchSettings = Field(default_factory=WatchSettings)
    notify: NotifySettings = Field(default_factory=NotifySettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put the environment over the file (which arrives as arguments); read no ``.env`` of the working folder."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingDoc:
    """What a person must know of one setting. ``name`` is its place in the TOML file."""

    name: str
    env: str
    default: str
    unit: str
    description: str


def config_path() -> Path:
    """Return where the file of settings is looked for."""
    named = os.environ.get("SEXTANT_CONFIG")
    if named:
        return Path(named).expanduser()
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "sextant" / "config.toml"


def load_settings(config: Path | None = None) -> Settings:
    """Read the settings. A file that is named must exist; the one at the usual place may be absent.

    Raises ``SettingInvalid`` naming the setting, its value and what is accepted.
    """
    named = config is not None or bool(os.environ.get("SEXTANT_CONFIG"))
    path = config or config_path()
    written = _read(path, required=named)
    _refuse_unknown_sections()
    try:
        return Settings(**written)
    except ValidationError as exc:
        raise _invalid(exc, written, path) from exc
    except SettingsError as exc:
        raise SettingInvalid(f"An environment variable cannot be read: {exc}.", next_step=_DOCTOR) from exc


_DOCTOR = "Run `sextant doctor --settings` to see every setting with its default."


def _read(path: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as exc:
        if not required:
            return {}
        raise SettingInvalid(f"There is no file of settings at {path}.", next_step=_DOCTOR) from exc
    except OSError as exc:
        raise SettingInvalid(f"The file of settings {path} cannot be read: {exc.strerror}.") from exc
    except ValueError as exc:
        raise SettingInvalid(f"The file of settings {path} is not TOML: {exc}.") from exc


def _refuse_unknown_sections() -> None:
    """Refuse ``SEXTANT_SERVR__PORT``, which pydantic-settings would pass over in silence."""
    for variable in sorted(os.environ):
        section = variable.removeprefix(PREFIX).split(DELIMITER)[0].lower()
        if variable.startswith(PREFIX) and DELIMITER in variable and section not in Settings.model_fields:
            known = ", ".join(Settings.model_fields)
            raise SettingInvalid(f"{variable} names no setting: there is no section {section!r}. Sections: {known}.")


def _invalid(exc: ValidationError, written: Mapping[str, Any], path: Path) -> SettingInvalid:
    error = exc.errors(include_url=False)[0]
    keys = [str(part) for part in error["loc"]]
    name, env = ".".join(keys), PREFIX + DELIMITER.join(keys[:2]).upper()
    here: Any = written
    for key in keys[:2]:
        here = here.get(key) if isinstance(here, Mapping) else None
    from_env = any(variable.upper() in {env, PREFIX + keys[0].upper()} for variable in os.environ)
    where = f" in {path}" if here is not None and not from_env else ""
    if error["type"] == "extra_forbidden":
        section = Settings.model_fields.get(keys[0])
        model = section.annotation if section else None
        accepted = (
            model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else Settings.model_fields
        )
        return SettingInvalid(
            f"{name} ({env}){where} is no setting. Known here: {', '.join(accepted)}.", next_step=_DOCTOR
        )
    value = redact(str(error["input"]))[:200]
    message = error["msg"][:1].lower() + error["msg"][1:]
    return SettingInvalid(f"{name} ({env}){where} is {value!r}: {message}.", next_step=_DOCTOR)


_UNITS = (
    ("_seconds", "seconds"),
    ("_bytes", "bytes"),
    ("_lines", "lines"),
    ("_tokens", "tokens"),
    ("qps", "requests/s"),
)


def describe_settings() -> list[SettingDoc]:
    """List every setting in the order of the file, for ``sextant doctor --settings`` and the reference page."""
    return list(_describe())


def _describe() -> Iterator[SettingDoc]:
    for section, outer in Settings.model_fields.items():
        model = outer.annotation
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            continue
        for name, entry in model.model_fields.items():
            default = "$XDG_STATE_HOME/sextant" if name == "state_dir" else entry.default
            yield SettingDoc(
                name=f"{section}.{name}",
                env=f"{PREFIX}{section}{DELIMITER}{name}".upper(),
                default=", ".join(default) if isinstance(default, tuple) else str(default),
                unit=next((unit for suffix, unit in _UNITS if name.endswith(suffix)), ""),
                description=entry.description or "",
            )
