"""Every setting, described in one place: `SHIPBELL_<NAME>`, each with a `_FILE` twin."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.kernel.durations import parse_duration
from app.kernel.errors import ConfigError, ConfigErrors

PREFIX = "SHIPBELL_"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Addresses that only this machine reaches."""
_PLACE = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\]):[0-9]{1,5}")


def _words(value: Any) -> Any:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    try:
        return parse_duration(value) if isinstance(value, str) else value
    except ValueError:  # its text shows the value
        raise ValueError("it is no duration of at most ten years: write a number with s, m, h or d, e.g. 10m") from None


def _places(value: tuple[str, ...]) -> tuple[str, ...]:
    places = tuple(word.lower() for word in value)
    if not all(map(_PLACE.fullmatch, places)):
        raise ValueError("write each as host:port, e.g. chat.example.com:443 or [::1]:8065")
    return places


def _at_least(least: str) -> AfterValidator:
    def check(value: int) -> int:
        if value < parse_duration(least):
            raise ValueError(f"it is to be at least {least}")
        return value

    return AfterValidator(check)


Words = Annotated[tuple[str, ...], BeforeValidator(_words)]
Duration = Annotated[int, BeforeValidator(_duration)]


class Settings(BaseModel):
    """What the environment says. Times are µs inside and `90s`, `10m`, `24h`, `30d` outside."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(
        "127.0.0.1", description="Address to listen on. Anything but a loopback address needs `SHIPBELL_API_TOKENS`."
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    database_url: str = Field(
        "sqlite:///shipbell.db",
        description="`sqlite:///file` (one process) or `postgresql://user:password@host/name` (many replicas).",
    )
    rules_dir: Path = Field(
        Path("rules"), description="Folder of the rule book: estate, channels, routes, tests and cards."
    )
    cache_dir: Path | None = Field(
        None,
        description="Folder for what can be fetched again: the copy of the GitOps repository. Beside the SQLite file, "
        "else in the temporary folder, if it is not set.",
    )
    public_url: str = Field(
        "",
        pattern=r"^(https://\S+)?$",
        description="How people reach this service, e.g. `https://shipbell.example.com`: every card then links to why "
        "it was sent. The page needs a token like all of the API, so put a proxy before it that signs people in and "
        "adds one with the scope `read`.",
    )
    roles: Annotated[tuple[Literal["ingest", "process", "deliver", "collect"], ...], BeforeValidator(_words)] = Field(
        ("ingest", "process", "deliver", "collect"),
        min_length=1,
        description="What this process does: any of `ingest`, `process`, `deliver`, `collect` (the rules "
        "say what, in `upstreams`). Larger installations split them over processes and replicas.",
    )
    api_tokens: Words = Field(
        (),
        description="Bearer tokens of the API as `name:scope+scope:token`, separated by spaces or new lines. "
        "Scopes: `read`, `operate`, `ingest`.",
    )
    sqs_queue_url: str = Field(
        "",
        pattern=r"^(https?://[^\s/]+/\S+)?$",
        description="URL of a queue of Amazon SQS from which processes with the role `ingest` take events of "
        "EventBridge. Needs the extra `aws`; credentials come from where AWS's own tools take them.",
    )
    extra_channel_hosts: Annotated[Words, AfterValidator(_places)] = Field(
        (),
        description="`host:port` that channels may also reach, http and private addresses included: sovereign clouds, "
        "a sink on the same machine.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="`json` for machines, `text` for people; `auto` is text on a terminal."
    )
    max_body_bytes: int = Field(1 << 20, ge=1024, description="Largest webhook body; larger ones are answered 413.")
    max_scan_bytes: int = Field(25 << 20, ge=1024, description="Largest file of a scan or of tests' results.")
    report_hosts: Words = Field(
        (),
        description="Domains on which reports of tests lie, e.g. `reports.example.com`: only https links to them, or "
        "below them, become buttons.",
    )
    receive_timeout: Annotated[Duration, _at_least("1s")] = Field(
        parse_duration("10s"), description="How long a request may take to arrive."
    )
    drain: Duration = Field(
        0, description="How long to go on accepting after SIGTERM, so that load balancers notice; 5s behind Kubernetes."
    )
    disk_reserve_bytes: int = Field(
        256 << 20, ge=0, description="Below this much free disk the door answers 503 instead of filling it up (SQLite)."
    )
    ticket_metrics: bool = Field(
        False,
        description="Whether `/metrics` has series of single tickets (`ticket_in_environment`, `ticket_fix_version`): "
        "at most 1000 tickets.",
    )
    retention: Annotated[Duration, _at_least("1d")] = Field(
        parse_duration("400d"), description="How long receipts, events and deliveries are kept."
    )
    attempt_retention: Annotated[Duration, _at_least("1d")] = Field(
        parse_duration("30d"), description="How long single attempts and the keys of repeated requests are kept."
    )


def read_settings(environ: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises ConfigErrors that name the variable, never its value."""
    values = {
        name: value for name in Settings.model_fields if (value := read(environ, PREFIX + name.upper())) is not None
    }
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise ConfigErrors(
            [
                ConfigError(f"{PREFIX}{str(item['loc'][0]).upper()}: {item['msg'].removeprefix('Value error, ')}")
                for item in error.errors(include_input=False)
            ]
        ) from None


def read(environ: Mapping[str, str], name: str) -> str | None:
    """A variable, or what stands in the file that its `_FILE` twin names. Raises ConfigErrors."""
    value, file = environ.get(name), environ.get(f"{name}_FILE")
    if value is not None and file is not None:
        raise ConfigErrors([ConfigError(f"both {name} and {name}_FILE are set", hint="keep one")])
    if file is None:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ConfigErrors([ConfigError(f"{name}_FILE cannot be read: {type(error).__name__}", file=file)]) from None


def refuse_strangers(settings: Settings) -> None:
    """Raises ConfigError where everybody who reaches the address could read and operate."""
    if settings.host not in LOOPBACK and not settings.api_tokens:
        raise ConfigError(
            f"SHIPBELL_HOST is {settings.host} without SHIPBELL_API_TOKENS: everybody could read and operate",
            hint="set SHIPBELL_API_TOKENS=name:read+operate+ingest:…, or listen on 127.0.0.1",
        )
