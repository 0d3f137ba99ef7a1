"""Strict JSON: what is refused, and that a refusal quotes nothing of the body."""

import pytest

from app.kernel.errors import BadPayload
from app.kernel.json import MAX_KEYS, dumps, has_duplicate_keys, load_object, loads


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"a":1}x',
        b'{"a":1}{}',
        b'{"a":1}\x00',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        '{"a":"é"}'.encode("latin-1"),
        '{"a":1}'.encode("utf-16"),
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":' + b"9" * 5000 + b"}",
        rb'{"a":"\ud800"}',
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"{'a':1}",
        b'{"a":1,}',
    ],
)
def test_F06_to_F13_what_cannot_be_kept_is_refused(body: bytes) -> None:
    with pytest.raises(BadPayload, match=r"^not JSON: "):
        loads(body)


def test_refusal_quotes_nothing_of_the_body() -> None:
    with pytest.raises(BadPayload) as refusal:
        loads(b'{"token":"hunter2"')
    assert "hunter2" not in str(refusal.value)
    assert "token" not in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("body", [b"null", b"[]", b'"x"', b"1", b"true"])
def test_F13_only_an_object_is_an_object(body: bytes) -> None:
    with pytest.raises(BadPayload, match="expected an object"):
        load_object(body)


@pytest.mark.parametrize(("count", "fits"), [(MAX_KEYS, True), (MAX_KEYS + 1, False)])
def test_F12_keys_are_bounded(count: int, fits: bool) -> None:
    body = dumps({f"k{n}": 0 for n in range(count)})
    if fits:
        assert len(load_object(body)) == count
    else:
        with pytest.raises(BadPayload, match="more than 10000 keys"):
            load_object(body)


def test_F12_keys_are_counted_in_all_depths() -> None:
    with pytest.raises(BadPayload):
        load_object(dumps({"a": [{"b": n} for n in range(MAX_KEYS)]}))


def test_F12_of_duplicate_keys_the_last_wins_and_they_are_seen() -> None:
    body = b'{"a":1,"b":{"a":2,"a":3}}'
    value = load_object(body)
    assert value == {"a": 1, "b": {"a": 3}}
    assert has_duplicate_keys(body, value)
    assert not has_duplicate_keys(b'{"a":1,"b":{"a":3}}', value)
    spaced = b'{ "a" : "10:30",\n  "a" : "10:31" }'
    assert has_duplicate_keys(spaced, load_object(spaced))
    times = b'{ "a" : "10:30", "b:c" : ["10:31"] }'
    assert not has_duplicate_keys(times, load_object(times))


def test_F11_strange_keys_are_plain_data() -> None:
    assert load_object(b'{"__proto__":1,"__class__":2,"":3}') == {"__proto__": 1, "__class__": 2, "": 3}


def test_there_and_back() -> None:
    assert dumps({"a": "é", "b": [1, None]}) == '{"a":"é","b":[1,null]}'.encode()
    assert loads(rb'{"a":"\u0000"}') == {"a": "\x00"}
