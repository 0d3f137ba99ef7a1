"""A link from outside is kept only when it leads where it should."""

import pytest

from app.kernel.links import https_under


@pytest.mark.parametrize("url", ["https://example.com", "https://a.example.com/x?y=1#z", "https://EXAMPLE.com/"])
def test_below_the_domain_is_kept(url: str) -> None:
    assert https_under(url, ["example.com"]) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "http://example.com",
        "https://badexample.com",
        "https://example.com.evil.test",
        "https://user@example.com",
        "https://example.com:8443/",
        "https://evil.test\\@example.com",
        "https://example.com/a b",
        "https://[",
        "https://example.com/" + "a" * 2100,
    ],
)
def test_anything_else_is_none(url: str | None) -> None:
    assert https_under(url, ["example.com"]) is None
