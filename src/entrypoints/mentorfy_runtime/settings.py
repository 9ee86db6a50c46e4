"""What a person can set: environment variables, checked before anything starts."""

import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mentorfy_core.application.timing import Timing
from mentorfy_core.errors import MentorfyError
from mentorfy_core.retries import RetryManager

PREFIX: Final = "MENTORFY_"
NOT_OURS: Final = frozenset({"VENV"})
"""Variables with our prefix that other programs read: ``./dev`` knows where its environment is."""

REMOTE_POLL: Final = timedelta(seconds=5)
"""How often workers look by themselves that are woken through Redis: what a lost bell costs at most."""

_SECRET: Final = frozenset({"redis_url", "metrics_token", "supabase_secret_key", "supabase_publishable_key"})
"""Settings whose value is told to nobody."""

_TIMING: Final = Timing()
_RETRIES: Final = RetryManager()
_LONGEST: Final = 365 * 24 * 60 * 60


class SettingsError(MentorfyError):
    """A setting cannot be used; the message names it and says what to do."""


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    seconds = float(str(value))
    if not 0 < seconds <= _LONGEST:  # false for NaN too
        raise ValueError("out of range")
    return timedelta(seconds=seconds)


Seconds = Annotated[timedelta, BeforeValidator(_duration)]


def _folder(value: object) -> Path:
    return Path(str(value)).expanduser().absolute()


def _grants(value: object) -> Mapping[str, tuple[str, ...]]:
    """Return paths by organisation, "" for everybody, from ``/for/all:/too;Organisation=/only/theirs``."""
    if isinstance(value, Mapping):
        return value
    grants: dict[str, tuple[str, ...]] = {}
    for part in filter(None, map(str.strip, str(value).split(";"))):
        name, _, paths = ("", "", part) if part.startswith(("/", "~")) else part.partition("=")
        folders = [Path(path.strip()).expanduser() for path in paths.split(":")]
        if not all(folder.is_absolute() for folder in folders):
            raise ValueError("not the paths of folders")
        grants[name.strip()] = (*grants.get(name.strip(), ()), *map(str, folders))
    return grants


Folders = Annotated[Mapping[str, tuple[str, ...]], NoDecode, BeforeValidator(_grants)]


def _redis(value: object) -> SecretStr:
    """Return an address of Redis; of what is wrong with it nothing is told, since it may hold a password."""
    address = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    parts = urlsplit(address)
    _ = parts.port  # raises where it is no number
    if parts.scheme not in {"redis", "rediss", "unix"} or not (
        parts.path if parts.scheme == "unix" else parts.hostname
    ):
        raise ValueError("not an address of Redis")
    return SecretStr(address)


def _project(value: object) -> str:
    parts = urlsplit(str(value))
    is_near = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and is_near)):
        raise ValueError("not an address that a key may be sent to")
    return str(value)


ProjectUrl = Annotated[str, BeforeValidator(_project)]
RedisUrl = Annotated[SecretStr, BeforeValidator(_redis)]


def _usual_poll(given: Mapping[str, Any]) -> timedelta:
    return REMOTE_POLL if given.get("bell") == "arq" else _TIMING.poll


class Settings(BaseSettings):
    """All settings; each is the environment variable ``MENTORFY_`` + its name. Durations are given in seconds.

    A field's description completes the sentence "it must be ...".
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    data: Annotated[Path, BeforeValidator(_folder)] = Field(
        default=Path(".mentorfy"), validate_default=True, description="the path of a folder"
    )
    host: str = Field(default="127.0.0.1", description="an address of this machine")
    port: int = Field(default=8080, ge=1, le=65535, description="a whole number from 1 to 65535")
    folders: Folders = Field(
        default={}, description="full paths of folders with “:” between them, as /home/ann/letters:/srv/books"
    )
    workers: int = Field(default=2, ge=1, le=64, description="a whole number from 1 to 64")
    slots: int = Field(default=2, ge=1, le=64, description="a whole number from 1 to 64")
    store: Literal["sqlite", "supabase"] = Field(default="sqlite", description="sqlite or supabase")
    supabase_url: ProjectUrl | None = Field(
        default=None, description="the https:// address of a Supabase project, as https://abcdefgh.supabase.co"
    )
    supabase_secret_key: SecretStr | None = Field(default=None, description="the project's secret key")
    supabase_publishable_key: SecretStr | None = Field(default=None, description="the project's publishable key")
    bell: Literal["local", "arq"] = Field(default="local", description="local or arq")
    redis_url: RedisUrl | None = Field(
        default=None, description="the address of a Redis server, as redis://127.0.0.1:6379/0"
    )
    metrics_token: SecretStr | None = Field(
        default=None, min_length=16, description="a secret of 16 characters or more"
    )
    lease: Seconds = Field(default=_TIMING.lease, description="a number of seconds above 0")
    sweep: Seconds = Field(default=_TIMING.sweep, description="a number of seconds above 0")
    poll: Seconds = Field(default_factory=_usual_poll, description="a number of seconds above 0")
    patience: Seconds = Field(default=_TIMING.patience, description="a number of seconds above 0")
    undo: Seconds = Field(default=_TIMING.undo, description="a number of seconds above 0")
    idle: Seconds = Field(default=_TIMING.idle, description="a number of seconds above 0")
    collect: Seconds = Field(default=_TIMING.collect, description="a number of seconds above 0")
    fetch_spacing: Seconds = Field(default=_RETRIES.fetch_spacing, description="a number of seconds above 0")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for holds, sentence in _RULES:
            if not holds(self):
                raise ValueError(sentence)
        return self

    @property
    def timing(self) -> Timing:
        """How fast a worker's clocks tick."""
        return Timing(
            lease=self.lease,
            sweep=self.sweep,
            poll=self.poll,
            patience=self.patience,
            undo=self.undo,
            idle=self.idle,
            collect=self.collect,
        )

    @property
    def retries(self) -> RetryManager:
        """The one retry policy."""
        return RetryManager(fetch_spacing=self.fetch_spacing)

    @property
    def beside(self) -> Path:
        """Where this machine keeps what belongs to its store: of one store only, whose collector knows all of it."""
        if self.store == "sqlite":
            return self.data
        return self.data / self.store / sha256(str(self.supabase_url).encode()).hexdigest()[:16]

    @property
    def logs(self) -> Path:
        """Where programs without a terminal write what happens."""
        return self.data / "log"


def _tries_once(address: SecretStr | None) -> bool:
    options = parse_qs(urlsplit(address.get_secret_value() if address else "").query)
    return not any("retry" in name.lower() for name in options)


def _needed_by_supabase(name: str) -> tuple[tuple[Callable[[Settings], bool], str], ...]:
    variable = f"{PREFIX}{name.upper()}"
    return (
        (
            lambda s: s.store != "supabase" or getattr(s, name) is not None,
            f"MENTORFY_STORE is supabase, which needs {variable}: set it to {Settings.model_fields[name].description}.",
        ),
        (
            lambda s: s.store == "supabase" or getattr(s, name) is None,
            f"{variable} is set, but MENTORFY_STORE is sqlite, so nothing would use it: set MENTORFY_STORE to "
            f"supabase, or unset {variable}.",
        ),
    )


_RULES: Final[tuple[tuple[Callable[[Settings], bool], str], ...]] = (
    *_needed_by_supabase("supabase_url"),
    *_needed_by_supabase("supabase_secret_key"),
    *_needed_by_supabase("supabase_publishable_key"),
    (
        lambda s: s.supabase_secret_key is None or s.supabase_secret_key != s.supabase_publishable_key,
        "MENTORFY_SUPABASE_SECRET_KEY and MENTORFY_SUPABASE_PUBLISHABLE_KEY are the same: set each to its own key.",
    ),
    (
        lambda s: s.bell != "arq" or s.redis_url is not None,
        "MENTORFY_BELL is arq, which needs Redis: set MENTORFY_REDIS_URL, as redis://127.0.0.1:6379/0.",
    ),
    (
        lambda s: s.bell == "arq" or s.redis_url is None,
        "MENTORFY_REDIS_URL is set, but MENTORFY_BELL is local, so nothing would use it: set MENTORFY_BELL to arq, or "
        "unset MENTORFY_REDIS_URL.",
    ),
    (
        lambda s: _tries_once(s.redis_url),
        "MENTORFY_REDIS_URL asks for retries, but Mentorfy has exactly one retry policy: remove what follows the “?”.",
    ),
    (
        lambda s: s.lease >= timedelta(seconds=1),
        "MENTORFY_LEASE is too short for a worker to renew it in time: set it to 1 second or more.",
    ),
    (
        lambda s: 3 * s.sweep <= s.lease,
        "MENTORFY_SWEEP is more than a third of MENTORFY_LEASE, so lost work could not be told from a store that was "
        "silent, and would wait for ever: set it to a third of the lease or less.",
    ),
    (
        lambda s: s.poll <= s.lease,
        "MENTORFY_POLL is longer than MENTORFY_LEASE, so work would wait too long: set it to the lease or less.",
    ),
    (
        lambda s: s.patience > 2 * s.lease,
        "MENTORFY_PATIENCE must be more than twice MENTORFY_LEASE, because an attempt ends one lease before it: "
        "raise the one or lower the other.",
    ),
)
"""What settings must be to each other, and what to say where they are not."""


def load(**given: Any) -> Settings:
    """Return the settings of this process.

    Args:
        given: What the command line says; it wins over the environment. ``None`` says nothing.

    Raises:
        SettingsError: A setting is unknown, unusable or contradicts another.
    """
    _refuse_unknown(os.environ)
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise SettingsError(_sentence(error.errors()[0])) from None


def make_data_folder(settings: Settings) -> None:
    """Make the data folder, for this user only, where it is missing.

    Raises:
        SettingsError: It cannot be made or written.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_usable = os.access(settings.data, os.R_OK | os.W_OK | os.X_OK)
    except OSError:
        is_usable = False
    if not is_usable:
        raise SettingsError(
            f"MENTORFY_DATA is “{settings.data}”, which cannot be made or written: allow it, or choose another folder."
        )


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in sorted(environment):
        if name.upper().startswith(PREFIX) and name.upper().removeprefix(PREFIX) not in known | NOT_OURS:
            raise SettingsError(_unknown(name, sorted(known)))


def _unknown(name: str, known: list[str]) -> str:
    if "RETR" in name.upper():
        return f"{name} is not a setting, because Mentorfy has exactly one retry policy: unset it."
    close = get_close_matches(name.upper().removeprefix(PREFIX), known, n=1)
    return f"{name} is not a setting" + (f": did you mean {PREFIX}{close[0]}?" if close else ": unset it.")


def _sentence(error: Any) -> str:
    if not error["loc"]:
        return str(error["ctx"]["error"])
    field = str(error["loc"][0])
    wanted = f"it must be {Settings.model_fields[field].description}"
    if field in _SECRET:
        return f"{PREFIX}{field.upper()} cannot be used: {wanted}."
    return f"{PREFIX}{field.upper()} is “{error['input']}”, but {wanted}."
