import base64

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from app.kernel.clock import SECOND, system_clock
from app.kernel.standard_webhooks import Signer, read_key

KEY = b"thirty-two bytes of a test key!!"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


def test_a_secret_is_24_to_64_bytes_behind_its_prefix() -> None:
    assert read_key(SECRET) == KEY
    for size, fits in ((23, False), (24, True), (64, True), (65, False)):
        text = "whsec_" + base64.b64encode(b"x" * size).decode()
        if fits:
            assert len(read_key(text)) == size
        else:
            with pytest.raises(ValueError, match="24 to 64 bytes"):
                read_key(text)


@pytest.mark.parametrize("text", ["", "whsec_", SECRET.removeprefix("whsec_"), "whsec_###", "whsec_ümläut"])
def test_what_is_no_secret_is_refused_and_not_shown(text: str) -> None:
    with pytest.raises(ValueError, match="not a Standard Webhooks secret") as caught:
        read_key(text)
    assert not text or text == "whsec_" or text not in str(caught.value)


def test_any_standard_receiver_can_verify_what_is_signed() -> None:
    now = system_clock()
    headers = Signer(KEY).headers("m1", now, b'{"a":"\xc3\x9f"}')
    assert headers["webhook-timestamp"] == str(now // SECOND)
    assert Webhook(SECRET).verify(b'{"a":"\xc3\x9f"}', headers) == {"a": "ß"}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(b'{"a":"s"}', headers)


def test_without_a_key_nothing_is_signed() -> None:
    assert Signer(None).headers("m1", 5 * SECOND, b"{}") == {"webhook-id": "m1", "webhook-timestamp": "5"}
