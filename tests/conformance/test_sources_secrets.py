"""Every room's scheme: only the right secret opens, and every refusal is the same."""

import pytest

from app.kernel.errors import Unauthorized
from app.kernel.samples import sample_names
from app.sources import Source
from tests.conformance import golden
from tests.conformance.golden import SOURCES

each_source = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
SECRET, OTHER = b"conformance-secret", b"another-secret"


def _signed(source: Source, secret: bytes) -> tuple[dict[str, str], bytes, str]:
    sample = golden.sample_of(source, sample_names(golden.room(source))[0])
    signature = source.scheme.sign(sample.body, secret)
    token = secret.decode() if source.scheme.in_path else ""
    return {**sample.headers, **signature}, sample.body, token


@each_source
def test_F23_the_right_secret_opens_wherever_it_stands(source: Source) -> None:
    headers, body, token = _signed(source, SECRET)
    assert source.scheme.verify(headers, body, token, [SECRET]) == 0
    assert source.scheme.verify(headers, body, token, [OTHER, SECRET]) == 1


@each_source
def test_wrong_missing_and_no_secret_are_refused(source: Source) -> None:
    headers, body, token = _signed(source, SECRET)
    unsigned = golden.sample_of(source, sample_names(golden.room(source))[0]).headers
    for attempt in (
        (headers, body, token, [OTHER]),
        (headers, body, token, []),
        (unsigned, body, "", [SECRET]),
        ({}, body, "", [SECRET]),
        ({}, b"", "", [SECRET]),
    ):
        with pytest.raises(Unauthorized) as refusal:
            source.scheme.verify(*attempt)
        assert refusal.value.args == (), "a refusal gives no reason"


def _spoilt(value: str) -> list[str]:
    return ["", " ", "x", value[:-1], value + "0", value[1:], value[:-1] + "é", "\udcff" + value, "\x00", value * 100]


@each_source
def test_F20_spoilt_proofs_are_refused(source: Source) -> None:
    headers, body, token = _signed(source, SECRET)
    for name in source.scheme.sign(body, SECRET):
        for wrong in _spoilt(headers[name]):
            with pytest.raises(Unauthorized) as refusal:
                source.scheme.verify({**headers, name: wrong}, body, token, [SECRET])
            assert refusal.value.args == ()
    if source.scheme.in_path:
        for wrong in _spoilt(token):
            with pytest.raises(Unauthorized):
                source.scheme.verify(headers, body, wrong, [SECRET])
