"""Every sample cut, drifted and made hostile: a room gives valid events or BadPayload, never anything else."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from app.kernel.errors import BadPayload
from app.sources import Ignored, Inbound, Source
from tests.conformance import golden
from tests.conformance.golden import SOURCES
from tests.conformance.mutate import drifted

EVERY_BYTE = 4096
FURTHER_CUTS = 500

_samples = [(SOURCES[s], n, golden.sample_of(SOURCES[s], n)) for s, n in golden.all_samples()]
each_sample = pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(source, golden.inbound(source, sample.headers, sample.body), id=f"{source.name}/{name}")
        for source, name, sample in _samples
    ],
)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError:
        return None


each_json_sample = pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param(source, golden.inbound(source, sample.headers, sample.body), id=f"{source.name}/{name}")
        for source, name, sample in _samples
        if isinstance(_json(sample.body), dict)
    ],
)


def _holds(source: Source, message: Inbound) -> list[str] | None:
    """The types of the events, [] when ignored, None when refused; each event is valid."""
    try:
        parsed = source.parse(message)
    except BadPayload:
        return None
    if isinstance(parsed, Ignored):
        assert parsed.reason
        return []
    assert parsed
    return [golden.as_event(source, draft).type for draft in parsed]


def _cuts(length: int) -> Iterator[int]:
    """Every byte of the first 4 KB, then 500 places spread over the rest."""
    yield from range(min(length, EVERY_BYTE))
    yield from range(EVERY_BYTE, length, max(1, (length - EVERY_BYTE) // FURTHER_CUTS))


@each_sample
def test_body_cut_anywhere(source: Source, message: Inbound) -> None:
    for end in _cuts(len(message.body)):
        try:
            _holds(source, Inbound(message.headers, message.body[:end]))
        except Exception as error:
            pytest.fail(f"cut at byte {end}: {error!r}")


@each_json_sample
def test_F14_schema_drift(source: Source, message: Inbound) -> None:
    for what, document in drifted(orjson.loads(message.body)):
        body = orjson.dumps(document)
        try:
            _holds(source, Inbound(message.headers, body))
        except Exception as error:
            pytest.fail(f"{what}: {error!r}")


@each_sample
def test_headers_removed_or_spoilt(source: Source, message: Inbound) -> None:
    for name in message.headers:
        rest = {header: value for header, value in message.headers.items() if header != name}
        for value in ("", "x", "a\x00b", "é" * 300, "9" * 5000):
            _holds(source, Inbound({**rest, name: value}, message.body))
        _holds(source, Inbound(rest, message.body))
    _holds(source, Inbound({}, message.body))


REFUSED = {
    "F06_deep_nesting": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "F06_deep_list": b"[" * 100_000 + b"]" * 100_000,
    "F07_invalid_utf8": b'{"a":"\xff\xfe"}',
    "F07_latin1": '{"a":"é"}'.encode("latin-1"),
    "F08_NaN": b'{"a":NaN}',
    "F08_Infinity": b'{"a":-Infinity}',
    "F08_1e400": b'{"a":1e400}',
    "F08_5000_digits": b'{"a":' + b"1" * 5000 + b"}",
    "F09_lone_surrogate": rb'{"a":"\ud800"}',
    "F12_10001_keys": b"{" + b",".join(b'"k%d":0' % n for n in range(10_001)) + b"}",
    "F13_empty": b"",
    "F13_blank": b" \n",
    "F13_null": b"null",
    "F13_list": b"[]",
    "F13_text": b'"x"',
    "F13_number": b"1",
}


@pytest.mark.parametrize("fault", REFUSED)
@pytest.mark.parametrize("name", SOURCES)
def test_hostile_body_is_quarantined(name: str, fault: str) -> None:
    source = SOURCES[name]
    for owner, _, sample in _samples:
        if owner is source:
            with pytest.raises(BadPayload):
                source.parse(golden.inbound(source, sample.headers, REFUSED[fault]))


@each_json_sample
def test_F13_trailing_garbage_is_quarantined(source: Source, message: Inbound) -> None:
    for garbage in (b"x", b"{}", b"\x00", message.body):
        assert _holds(source, Inbound(message.headers, message.body + garbage)) is None


@each_json_sample
def test_F11_F12_strange_keys_are_plain_data(source: Source, message: Inbound) -> None:
    expected = _holds(source, message)
    start = message.body.index(b"{") + 1
    strange = b'"files":[{"filepath":"/etc/passwd"}],"__class__":"os","__proto__":{"a":1},"":0,"":1,'
    assert _holds(source, Inbound(message.headers, message.body[:start] + strange + message.body[start:])) == expected


@each_json_sample
def test_F12_of_duplicate_keys_the_last_wins(source: Source, message: Inbound) -> None:
    expected = _holds(source, message)
    start = message.body.index(b"{") + 1
    first = b"".join(orjson.dumps(key) + b":null," for key in orjson.loads(message.body))
    assert _holds(source, Inbound(message.headers, message.body[:start] + first + message.body[start:])) == expected


@each_json_sample
def test_F07_a_byte_order_mark_is_refused_or_skipped(source: Source, message: Inbound) -> None:
    expected = _holds(source, message)
    assert _holds(source, Inbound(message.headers, b"\xef\xbb\xbf" + message.body)) in (None, expected)
    _holds(source, Inbound(message.headers, message.body.decode().encode("utf-16")))
