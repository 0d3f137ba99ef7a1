"""Reads the files of mapped sources, tries each against its own samples, and makes sources of them."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.estate import Estate
from app.estate.sections import Labels, Tickets
from app.events import EVENT_TYPES
from app.events.fields import Field, field_catalogue, find_field
from app.kernel.errors import BadPayload, ConfigError, ConfigErrors
from app.kernel.ids import derived_id
from app.kernel.json import dumps, load_object
from app.kernel.signing import HubSignature, KeyOrPassword, PathToken, Scheme
from app.kernel.yaml import Document, Path, did_you_mean
from app.mapped.paths import headers_in, plain, word
from app.mapped.reading import Made, read
from app.mapped.shown import TIMES, expected, shown
from app.mapped.written import Mapping as WrittenMapping
from app.mapped.written import Proof, Sample, Status, Written
from app.sources import Ignored, Inbound, Source

TYPES = tuple(name for name in EVENT_TYPES if not name.startswith("shipbell."))
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_GIVEN = frozenset(
    {"id", "type", "status", "subject", "source", "instance", "occurred_at", "received_at", "time_from", "service",
     "environment", "environment_tier", "original", "owner", "tickets", "labels", "quiet", "receipt"}
)  # fmt: skip
"""Fields that the mapping says elsewhere, or that only the receiver knows."""
_NOBODY = Estate({}, {}, {}, Tickets(), Labels())
"""Knows no name: a sample has to give an event whatever the estate says."""
_RECEIVED = 4_102_444_800_000_000
"""2100: later than any time in a sample, so that its own is believed."""


def load_mapped(documents: Mapping[str, Document], taken: Collection[str]) -> dict[str, Source]:
    """The sources by name, which is the file's; `taken` are the names that others have.

    Raises ConfigErrors: every problem with file and line, a sample that gives something else included.
    """
    found: dict[str, Source] = {}
    problems: list[ConfigError] = []
    for name, document in documents.items():
        try:
            found[name] = _Loader(name, document).load(taken)
        except ConfigErrors as error:
            problems += error.problems
    if problems:
        raise ConfigErrors(problems)
    return found


class _Loader:
    def __init__(self, name: str, document: Document) -> None:
        self.name, self.document = name, document
        self.problems: list[ConfigError] = []

    def load(self, taken: Collection[str]) -> Source:
        if not _NAME.fullmatch(self.name):
            problem = self.document.problem(
                (), f"{self.name!r} is no name of a source", "small letters, digits, hyphens"
            )
            raise ConfigErrors([problem])
        if self.name in taken:
            raise ConfigErrors(
                [self.document.problem((), f"there is a source {self.name!r} already", "rename the file")]
            )
        written = self.document.check((), self.document.value, Written)
        made = [self.made(mapping, ("events", index)) for index, mapping in enumerate(written.events)]
        self.stop()
        source = self.source(written, tuple(each for each in made if each is not None))
        self.try_samples(source, written)
        self.stop()
        return source

    def stop(self) -> None:
        if self.problems:
            raise ConfigErrors(self.problems)

    def say(self, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(self.document.problem(path, message, hint))

    def made(self, mapping: WrittenMapping, at: Path) -> Made | None:
        """The mapping with the fields that it fills; None for a type that there is not."""
        if mapping.type not in TYPES:
            self.say((*at, "type"), f"there is no type {mapping.type!r}", did_you_mean(mapping.type, TYPES))
            return None
        catalogue = field_catalogue([mapping.type])
        self.check_status(mapping, (*at, "status"), catalogue)
        return Made(mapping, dict(self.fields(mapping, (*at, "fields"), catalogue)))

    def fields(self, mapping: WrittenMapping, at: Path, catalogue: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
        for path in mapping.fields:
            field = find_field(catalogue, path)
            if field is None or path.partition(".")[0] in _GIVEN:
                free = [
                    name for name, each in catalogue.items() if _fillable(each) and name.partition(".")[0] not in _GIVEN
                ]
                self.say((*at, path), f"{mapping.type} has no field {path!r} to fill", did_you_mean(path, free))
            elif not _fillable(field):
                self.say((*at, path), f"{path!r} is a {field.kind}: name what is in it")
            else:
                yield path, field

    def check_status(self, mapping: WrittenMapping, at: Path, catalogue: Mapping[str, Field]) -> None:
        status = mapping.status
        if status is None:
            return
        known = catalogue["status"].enum if "status" in catalogue else None
        words = set(status.words.values()) if isinstance(status, Status) else {status}
        for one in sorted(words - set(known or ())):
            hint = did_you_mean(one, known) if known else "leave it out"
            self.say(at, f"{mapping.type} has no status {one!r}", hint)

    def source(self, written: Written, made: tuple[Made, ...]) -> Source:
        name, repeat = self.name, written.repeat

        def dedupe(inbound: Inbound) -> str | None:
            try:
                found = plain(inbound, load_object(inbound.body), repeat) if repeat else None
            except BadPayload:
                return None
            return None if found is None else derived_id(word(found))

        return Source(
            name=name,
            title=written.title,
            scheme=_scheme(written.secret),
            parse=lambda inbound: read(name, made, inbound),
            types=frozenset(each.written.type for each in made),
            dedupe=dedupe,
            keeps=tuple(sorted(set(headers_in(_paths(written))))),
            secret_file=written.secret.file,
        )

    def try_samples(self, source: Source, written: Written) -> None:
        told: set[str] = set()
        for index, sample in enumerate(written.samples):
            at = ("samples", index)
            got = self.outcome(source, sample)
            if "refused" in got:
                self.say(at, f"the sample {sample.name!r} is refused: {got['refused']}")
                continue
            told |= {got["type"]} if "type" in got else set()
            wanted = {"ignored": sample.ignored} if sample.event is None else expected(sample.event, self.times(got))
            for name in sorted({*got, *wanted}):
                if got.get(name) != wanted.get(name) or (name in got) != (name in wanted):
                    place: Path = (*at, "event", name) if sample.event is not None else (*at, "ignored")
                    self.say(
                        place, f"the sample {sample.name!r}: {name} is {_said(got, name)}, not {_said(wanted, name)}"
                    )
        for untold in sorted(source.types - told):
            self.say(("samples",), f"no sample gives a {untold}", "add one: it is the specification")

    def outcome(self, source: Source, sample: Sample) -> dict[str, Any]:
        headers = {name.lower(): value for name, value in sample.headers.items()}
        kept = {name: value for name, value in headers.items() if name in source.keeps}
        try:
            parsed = source.parse(Inbound(kept, dumps(sample.body)))
            if isinstance(parsed, Ignored):
                return {"ignored": parsed.reason}
            (draft,) = parsed
            _NOBODY.event(draft, source=source.name, receipt="0" * 32, received_at=_RECEIVED)
        except (BadPayload, TypeError) as error:
            return {"refused": str(error)}
        return shown(draft)

    def times(self, got: Mapping[str, Any]) -> frozenset[str]:
        """The names of an event's fields that are times."""
        catalogue = field_catalogue([got["type"]]) if "type" in got else {}
        return TIMES | {name for name, field in catalogue.items() if field.kind == "time"}


def _fillable(field: Field) -> bool:
    return field.kind in ("text", "integer", "number", "flag", "time") or (
        field.kind == "list" and field.items == "text"
    )


def _said(values: Mapping[str, Any], name: str) -> str:
    return repr(values[name]) if name in values else "absent"


def _scheme(proof: Proof) -> Scheme:
    if proof.header:
        return KeyOrPassword(proof.header.lower())
    return HubSignature(proof.signature.lower()) if proof.signature else PathToken()


def _paths(written: Written) -> Iterator[str]:
    yield from written.repeat or ()
    for mapping in written.events:
        yield from mapping.when
        yield from mapping.subject
        for paths in (mapping.occurred_at, mapping.service, mapping.environment, mapping.repository):
            yield from paths or ()
        if isinstance(mapping.status, Status):
            yield from mapping.status.at
        for paths in mapping.fields.values():
            yield from paths
