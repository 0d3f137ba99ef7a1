"""What a person writes into `rules/sources/<name>.yaml`."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from app.mapped.paths import check_path

Word = str | int | float | bool


def _path(value: Any) -> Any:
    return check_path(value) if isinstance(value, str) else value


def _one_or_many(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Path = Annotated[str, BeforeValidator(_path)]
Paths = Annotated[tuple[Path, ...], BeforeValidator(_one_or_many), Field(min_length=1, max_length=10)]
"""One path or several: the first that leads to something counts."""


class Section(BaseModel):
    """A closed, frozen piece of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Proof(Section):
    """How a message proves who sent it: one of the three. `file` says where the secret is, beside its setting."""

    header: str | None = Field(None, pattern=r"^[A-Za-z0-9-]{1,60}$", description="a header that holds the secret")
    signature: str | None = Field(
        None, pattern=r"^[A-Za-z0-9-]{1,60}$", description="a header with `sha256=` and the HMAC of the body"
    )
    path: Literal[True] | None = Field(None, description="the secret is the last part of the URL")
    file: str | None = Field(None, min_length=1, description="path of a file that holds the secret")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len(self.model_fields_set - {"file"}) != 1:
            raise ValueError("say one of header, signature and path")
        return self


class Status(Section):
    """Which of our words a word of theirs means. A word that is not there makes no event."""

    at: Paths
    words: dict[str, str] = Field(min_length=1)


class Mapping(Section):
    """One kind of event, and where the message has what it says."""

    when: dict[Path, Annotated[tuple[Word, ...], BeforeValidator(_one_or_many)]] = {}
    type: str
    subject: Annotated[tuple[Path, ...], BeforeValidator(_one_or_many), Field(min_length=1, max_length=5)]
    status: Status | str | None = None
    occurred_at: Paths | None = None
    service: Paths | None = None
    environment: Paths | None = None
    repository: Paths | None = None
    labels: Path | None = None
    fields: dict[str, Paths] = {}


class Sample(Section):
    """A message, and what becomes of it: an event, or the reason why it is none."""

    name: str
    headers: dict[str, str] = {}
    body: dict[str, Any]
    event: dict[str, Any] | None = None
    ignored: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.event is None) == (self.ignored is None):
            raise ValueError("say either event or ignored: what becomes of it")
        return self


class Written(Section):
    """The whole file."""

    version: Literal[1]
    title: str = Field(min_length=1, max_length=100)
    secret: Proof
    repeat: Paths | None = Field(None, description="where the name of a delivery stands, the same over its retries")
    events: tuple[Mapping, ...] = Field(min_length=1, max_length=50)
    samples: tuple[Sample, ...] = Field(min_length=1, max_length=200)
