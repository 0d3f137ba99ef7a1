import pytest

from app.kernel.target import read_target

EXTRA = frozenset(["127.0.0.1:8065", "[::1]:8065", "chat.example.com:443", "chat.example.com:80"])


@pytest.mark.parametrize(
    ("text", "extra"),
    [
        ("https://flow.example.com/x?sig=a%2Fb", False),
        ("https://flow.example.com:443/x", False),
        ("https://FLOW.example.com/x", False),
        ("http://127.0.0.1:8065/x", True),
        ("http://[::1]:8065/x", True),
        ("https://chat.example.com/x", True),
        ("http://Chat.example.com/x", True),
    ],
)
def test_what_may_be_posted_to(text: str, extra: bool) -> None:
    target = read_target(text, EXTRA)
    assert target.extra is extra
    assert target.url.raw_path_qs == "/" + text.split("/", 3)[3]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "https://",
        "https:///path",
        "//flow.example.com/x",
        "http://flow.example.com/x",
        "https://flow.example.com:8443/x",
        "http://127.0.0.1:8066/x",
        "https://user@flow.example.com/x",
        "https://:pass@flow.example.com/x",
        "https://flow.example.com/x#sig",
        "https://flow.example.com:99999/x",
        "https://flow.example.com\\@127.0.0.1/",
        "https://flow.example.com /x",
        "https://flow.example.com/x\n",
        "https://flow.example.com/\r\nX: 1",
        "https://flöw.example.com/x",
        "https://flow%2eexample.com/x",
        "https://[::1/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1/x",
        "javascript:alert(1)",
    ],
)
def test_F51_what_may_not(text: str) -> None:
    with pytest.raises(ValueError, match="it ") as caught:
        read_target(text, EXTRA)
    assert "flow.example" not in str(caught.value)
