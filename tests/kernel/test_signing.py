"""The schemes: what opens, what does not, and that a refusal is always the same."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from app.kernel.clock import SECOND, to_us
from app.kernel.errors import Unauthorized
from app.kernel.signing import (
    BearerToken,
    HubSignature,
    KeyOrPassword,
    PathToken,
    Scheme,
    SignatureList,
    SignatureOrToken,
    StandardWebhook,
    match_token,
)

SECRET, OTHER = b"s3cret-of-the-hook", b"another"
BODY = '{"name":"é"}'.encode()
KEY = b"whsec_" + base64.b64encode(b"k" * 32)
NOW = to_us(datetime(2026, 11, 22, tzinfo=UTC))
GOOD = "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest()


def refused(scheme: Scheme, headers: dict[str, str], token: str = "", body: bytes = BODY) -> None:
    with pytest.raises(Unauthorized) as refusal:
        scheme.verify(headers, body, token, [SECRET, OTHER])
    assert refusal.value.args == ()


def test_hub_signature_is_over_the_raw_bytes() -> None:
    scheme = HubSignature()
    assert scheme.verify({"x-hub-signature": GOOD}, BODY, "", [SECRET]) == 0
    assert scheme.sign(BODY, SECRET) == {"x-hub-signature": GOOD}
    refused(scheme, {"x-hub-signature": GOOD}, body=b'{"name": "\\u00e9"}')


def test_hub_signature_may_stand_in_another_header() -> None:
    scheme = HubSignature("x-hub-signature-256")
    assert scheme.verify({"x-hub-signature-256": GOOD}, BODY, "", [SECRET]) == 0
    refused(scheme, {"x-hub-signature": GOOD})


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD.replace("sha256", "sha1"),
        GOOD.replace("sha256", "SHA256"),
        GOOD.upper().replace("SHA256", "sha256"),
        GOOD[:-1],
        GOOD + "0",
        GOOD + "\n",
        " " + GOOD,
        GOOD[:-1] + "g",
        GOOD[:-1] + "é",
        GOOD[:-1] + "\udce9",
        GOOD[:-1] + "٣",
        "sha256=" + "0" * 64,
        f"{GOOD}, {GOOD}",
        ", ".join([GOOD] * 17),
        "sha256=" + "a" * 100_000,
    ],
)
def test_F20_spoilt_hub_signature_is_refused(presented: str) -> None:
    refused(HubSignature(), {"x-hub-signature": presented})


def test_F20_missing_signature_is_refused() -> None:
    refused(HubSignature(), {})
    refused(HubSignature(), {"authorization": GOOD})


@pytest.mark.parametrize(("scheme", "token"), [(HubSignature(), ""), (BearerToken(), ""), (PathToken(), "s3")])
def test_F23_either_of_two_secrets_opens_and_is_named(scheme: Scheme, token: str) -> None:
    for index, secret in enumerate((SECRET, OTHER)):
        presented = secret.decode() if token else ""
        assert scheme.verify(scheme.sign(BODY, secret), BODY, presented, [SECRET, OTHER]) == index
    with pytest.raises(Unauthorized):
        scheme.verify(scheme.sign(BODY, OTHER), BODY, OTHER.decode() if token else "", [SECRET])


@pytest.mark.parametrize("scheme", [HubSignature(), BearerToken(), PathToken()])
def test_without_any_secret_nothing_opens(scheme: Scheme) -> None:
    for headers, token in (({}, ""), (scheme.sign(BODY, b""), ""), (scheme.sign(BODY, SECRET), SECRET.decode())):
        with pytest.raises(Unauthorized):
            scheme.verify(headers, BODY, token, [])


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "bearer",
        "Bearer ",
        "Bearer nothing",
        "Bearer  ",
        SECRET.decode(),
        "Basic " + SECRET.decode(),
        "Bearer " + SECRET.decode()[:-1],
        "Bearer " + SECRET.decode() + "x",
        "Bearer é" + SECRET.decode(),
        "Bearer \udcff",
        "Bearer " + ", ".join([SECRET.decode()] * 17),
        f"Bearer {SECRET.decode()}, Bearer {SECRET.decode()}",
    ],
)
def test_F22_spoilt_bearer_is_refused(value: str) -> None:
    refused(BearerToken(), {"authorization": value})


@pytest.mark.parametrize("word", ["Bearer", "bearer", "BEARER"])
def test_bearer_is_written_as_one_likes(word: str) -> None:
    assert BearerToken().verify({"authorization": f"{word} {SECRET.decode()}"}, b"", "", [SECRET]) == 0


def test_only_the_path_token_stands_in_the_path() -> None:
    assert [scheme.in_path for scheme in (HubSignature(), BearerToken(), PathToken())] == [False, False, True]
    assert PathToken().sign(BODY, SECRET) == {}
    refused(HubSignature(), {}, token=SECRET.decode())
    refused(BearerToken(), {}, token=SECRET.decode())


@pytest.mark.parametrize("token", ["", " ", "x", SECRET.decode() + " ", "é" * 40, "\udcff", "x" * 100_000])
def test_F20_spoilt_path_token_is_refused(token: str) -> None:
    refused(PathToken(), {}, token=token)


def test_token_that_is_not_ascii_can_be_matched() -> None:
    assert match_token("schlüssel", ["schlüssel".encode()]) == 0


def test_empty_token_matches_not_even_an_empty_secret() -> None:
    with pytest.raises(Unauthorized):
        match_token("", [b""])


def test_one_of_several_signatures_is_enough() -> None:
    scheme, good = SignatureList("x-pagerduty-signature"), "v1=" + GOOD.removeprefix("sha256=")
    other = "v1=" + "0" * 64
    for presented in (good, f"{other},{good}", f"{good}, {other}", f"v2=abc,{good}"):
        assert scheme.verify({"x-pagerduty-signature": presented}, BODY, "", [OTHER, SECRET]) == 1
    for presented in ("", other, "v1=", good.replace("v1", "v2"), good + "0", ",".join([other] * 20 + [good])):
        refused(scheme, {"x-pagerduty-signature": presented})


def test_a_standard_webhook_is_signed_with_its_id_and_time() -> None:
    scheme, key = StandardWebhook(lambda: NOW), b"whsec_" + base64.b64encode(b"k" * 24)
    sent = Webhook(key.decode()).sign("msg_1", datetime(2026, 11, 22, tzinfo=UTC), BODY.decode())
    when = str(int(datetime(2026, 11, 22, tzinfo=UTC).timestamp()))
    headers = {"webhook-id": "msg_1", "webhook-timestamp": when, "webhook-signature": f"v1,AAAA v1a,x {sent}"}
    assert scheme.verify(headers, BODY, "", [OTHER, key]) == 1
    for name, wrong in (("webhook-id", "msg_2"), ("webhook-timestamp", "0"), ("webhook-signature", "v1,AAAA"),
                        ("webhook-signature", sent[1:]), ("webhook-id", ""), ("webhook-timestamp", "")):  # fmt: skip
        with pytest.raises(Unauthorized):
            scheme.verify({**headers, name: wrong}, BODY, "", [key])
    with pytest.raises(Unauthorized):
        scheme.verify(headers, BODY + b" ", "", [key])


def test_F24_a_signed_time_is_at_most_five_minutes_from_ours() -> None:
    second = NOW // SECOND
    schemes = StandardWebhook(lambda: NOW), SignatureOrToken("x-gitlab-token", lambda: NOW)

    def signed(when: object) -> dict[str, str]:
        digest = hmac.digest(b"k" * 32, f"msg_1.{when}.".encode() + BODY, "sha256")
        signature = f"v1,{base64.b64encode(digest).decode()}"
        return {"webhook-id": "msg_1", "webhook-timestamp": str(when), "webhook-signature": signature}

    for scheme in schemes:
        for near in (-300, -1, 0, 300):
            assert scheme.verify(signed(second + near), BODY, "", [KEY]) == 0
        for when in (second - 301, second + 301, "NaN", "1e30", "-1", "0", f" {second}", f"{second}.0", "9" * 30, ""):
            with pytest.raises(Unauthorized):
                scheme.verify(signed(when), BODY, "", [KEY])


@pytest.mark.parametrize("secret", [SECRET, b"whsec_" + base64.b64encode(b"k" * 24), b"whsec_not base64"])
def test_what_a_standard_webhook_signs_it_verifies(secret: bytes) -> None:
    headers = StandardWebhook().sign(BODY, secret)
    assert StandardWebhook().verify(headers, BODY, "", [secret]) == 0
    if secret != SECRET:
        refused(StandardWebhook(), headers)


def test_where_there_is_a_key_a_wrong_signature_is_not_saved_by_a_token() -> None:
    scheme, token = SignatureOrToken("x-gitlab-token"), {"x-gitlab-token": SECRET.decode()}
    signed = scheme.sign(BODY, KEY)
    assert scheme.verify({**signed, **token}, BODY, "", [OTHER, SECRET, KEY]) == 2
    assert scheme.verify(token, BODY, "", [KEY, OTHER, SECRET]) == 2
    for wrong in ({"webhook-signature": ""}, {"webhook-signature": "v1,AAAA"}, {"webhook-id": "msg_2"}):
        with pytest.raises(Unauthorized):
            scheme.verify({**signed, **token, **wrong}, BODY, "", [SECRET, KEY])
    with pytest.raises(Unauthorized):
        scheme.verify({**signed, **token}, BODY + b" ", "", [SECRET, KEY])


def test_a_signature_that_nobody_has_the_key_of_leaves_it_to_the_token() -> None:
    scheme = SignatureOrToken("x-gitlab-token")
    signed = scheme.sign(BODY, KEY)
    assert scheme.verify({**signed, "x-gitlab-token": SECRET.decode()}, BODY, "", [SECRET]) == 0
    refused(scheme, signed)


def test_a_key_is_no_token() -> None:
    scheme = SignatureOrToken("x-gitlab-token")
    for secrets in ([KEY], [SECRET, KEY], []):
        for headers in ({"x-gitlab-token": KEY.decode()}, {"x-gitlab-token": ""}, {}):
            with pytest.raises(Unauthorized):
                scheme.verify(headers, BODY, "", secrets)


def _basic(text: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_a_key_may_stand_in_a_header_or_be_a_password() -> None:
    scheme, secret = KeyOrPassword(), SECRET.decode()
    for headers in (
        {"x-api-key": secret}, _basic(f"anybody:{secret}"), _basic(f":{secret}"), {"authorization": f"bearer {secret}"},
    ):  # fmt: skip
        assert scheme.verify(headers, b"", "", [OTHER, SECRET]) == 1
    assert scheme.sign(BODY, SECRET) == {"x-api-key": secret}


def test_F20_spoilt_keys_and_passwords_are_refused() -> None:
    scheme, secret = KeyOrPassword(), SECRET.decode()
    for headers in (
        {}, {"x-api-key": ""}, {"x-api-key": secret + "0"},
        _basic(secret), _basic(f"{secret}:x"), _basic(f"a:b:{secret}"),
        {"authorization": "Basic é"}, {"authorization": "Basic"}, {"authorization": f"Basic {secret}"},
        {"authorization": secret}, {"x-api-key": "wrong", **_basic(f"a:{secret}")},
    ):  # fmt: skip
        refused(scheme, headers)
