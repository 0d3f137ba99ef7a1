import secrets
import timeit

import pytest

from app.kernel.secrets import Secret, SecretUrl, scrub

URL = "https://flow.example.com/workflows/77/triggers/manual/paths/invoke?api-version=1&sig=aB3-x_9KqLm2Zp7WvR4tY"


def test_a_secret_prints_as_a_fingerprint() -> None:
    secret = Secret("correct-horse")
    assert f"{secret} {secret!r} {[secret]}".count("correct") == 0
    assert secret.reveal() == "correct-horse"
    assert str(secret) == str(Secret("correct-horse")) != str(Secret("correct-house"))


def test_a_url_prints_as_its_host() -> None:
    url = SecretUrl(URL)
    assert str(url).startswith("https://flow.example.com/…#")
    assert "sig" not in repr(url)
    assert url.host == "flow.example.com"


@pytest.mark.parametrize("broken", ["", "nonsense", "https://[::1", "https://[v1.x]/"])
def test_what_is_no_url_is_still_a_secret(broken: str) -> None:
    assert str(SecretUrl(broken)).startswith("https://")


@pytest.mark.parametrize(
    "text",
    [
        URL,
        "GET /workflows/77/triggers/manual/paths/invoke HTTP/1.1",
        "sig is aB3-x_9KqLm2Zp7WvR4tY",
        "https%3A%2F%2Fflow.example.com%2Fworkflows%2F77%2Ftriggers%2Fmanual%2Fpaths%2Finvoke%3Fapi-version%3D1",
    ],
)
def test_every_telling_piece_of_a_url_is_scrubbed(text: str) -> None:
    SecretUrl(URL)
    clean = scrub(f"error: {text}, again {text}")
    assert clean.startswith("error: ")
    assert clean.count("[secret]") >= 2
    assert "77" not in clean
    assert "aB3" not in clean


def test_a_secret_with_quotes_is_found_in_json() -> None:
    Secret('say "friend" \\ enter')
    assert "friend" not in scrub(r'{"event": "bad: say \"friend\" \\ enter"}')


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Authorization: Bearer abc", "Authorization: Bearer [secret]"),
        ("{'authorization': 'Basic abc'}", "{'authorization': 'Basic [secret]'}"),
        (r"{\"Authorization\": \"abc\"}", r"{\"Authorization\": \"[secret]\"}"),
        ("b'Bearer abcdefghijklmnop'", "b'Bearer [secret]'"),
        ("https://h/p?sv=1&sig=unknown&x=1", "https://h/p?sv=1&sig=[secret]&x=1"),
        ("https://h/api/f?code=unknown", "https://h/api/f?code=[secret]"),
        ("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "whsec_[secret]"),
    ],
)
def test_what_looks_like_a_key_is_scrubbed_untold(text: str, clean: str) -> None:
    assert scrub(text) == clean
    assert scrub(clean) == clean


@pytest.mark.parametrize(
    "text",
    ['{"reason":"authorization","status":401}', "exit_code=1 code=2", "basic authentication", "design=4", "", "naïve"],
)
def test_ordinary_text_stays(text: str) -> None:
    assert scrub(text) == text


def test_a_lone_surrogate_does_not_stop_it() -> None:
    Secret("swordfish")
    assert scrub("\ud800 swordfish") == "\\ud800 [secret]"


def test_short_values_do_not_blank_words() -> None:
    Secret("and")
    assert scrub("this and that") == "this and that"


def test_many_secrets_cost_no_more_than_few() -> None:
    for _ in range(500):
        Secret(secrets.token_urlsafe(40))
    line = "a line of a log as it is written " * 10
    scrub(line)
    assert timeit.timeit(lambda: scrub(line), number=1000) / 1000 < 50e-6
