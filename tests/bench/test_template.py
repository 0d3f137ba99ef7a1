import json

import pytest

from app.kernel.errors import Unauthorized
from app.kernel.signing import HubSignature
from bench.bodies import alert, bitbucket
from bench.template import FIRST, NUMBER, SIGNATURE, Template

SECRET = "a-secret-for-this-test"


def split(raw: bytes) -> tuple[dict[str, str], bytes]:
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}, body


@pytest.fixture
def template() -> Template:
    return bitbucket("/hooks/bitbucket", SECRET)


def test_every_request_is_signed_so_that_the_door_takes_it(template: Template):
    headers, body = split(template.request(FIRST))
    assert HubSignature().verify(headers, body, "", [SECRET.encode()]) == 0
    with pytest.raises(Unauthorized):
        HubSignature().verify(headers, body + b" ", "", [SECRET.encode()])


def test_no_place_is_left_open_and_the_length_is_right(template: Template):
    raw = template.request(FIRST + 7)
    headers, body = split(raw)
    assert NUMBER.encode() not in raw
    assert SIGNATURE.encode() not in raw
    assert int(headers["content-length"]) == len(body)
    assert 5_300 < len(body) < 6_200


def test_two_requests_differ_in_their_id_their_body_and_their_signature(template: Template):
    (one, its), (other, theirs) = split(template.request(FIRST)), split(template.request(FIRST + 1))
    assert one["x-request-uuid"] != other["x-request-uuid"]
    assert one["x-hub-signature"] != other["x-hub-signature"]
    assert its != theirs
    assert len(its) == len(theirs)


def test_the_signatures_that_are_computed_ahead_are_those_of_the_requests(template: Template):
    headers, _ = split(template.request(FIRST + 3))
    assert headers["x-hub-signature"] == "sha256=" + template.signature(FIRST + 3).decode()


def test_an_alert_is_not_signed_and_carries_its_number_as_a_label():
    template = alert("/api/v2/alerts")
    _, body = split(template.request(FIRST + 5))
    (sent,) = json.loads(body)
    assert sent["labels"]["build"] == str(FIRST + 5)
    assert sent["annotations"]["url"].endswith(f"results/{FIRST + 5}")
    assert template.signature(FIRST) == b""
    assert 5_000 < len(body) < 6_500
