"""Samples: whole requests, to the byte."""

import pytest

from app.kernel.errors import ConfigError
from app.kernel.samples import load_sample, read_sample, sample_names


def test_body_is_everything_after_the_first_empty_line() -> None:
    sample = read_sample(b"POST /hooks/x?a=1 HTTP/1.1\nContent-Type: a/b; c=d:e\nX-Empty:\n\n\n{}\r\n\n\xff")
    assert (sample.method, sample.path, sample.body) == ("POST", "/hooks/x?a=1", b"\n{}\r\n\n\xff")
    assert sample.headers == {"content-type": "a/b; c=d:e", "x-empty": ""}


def test_body_may_be_empty() -> None:
    assert read_sample(b"POST / HTTP/1.1\n\n").body == b""


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n{}",
        b"POST / HTTP/1.1\nA: b",
        b"POST /\n\n{}",
        b"POST / FTP/1\n\n{}",
        b"POST / HTTP/1.1\nno colon\n\n{}",
        b"POST / HTTP/1.1\n: no name\n\n{}",
        b"POST / HTTP/1.1\r\nA: b\r\n\r\n{}",
    ],
)
def test_what_is_no_request_is_refused(text: bytes) -> None:
    with pytest.raises(ConfigError, match="not a sample"):
        read_sample(text)


def test_samples_of_a_room_are_found_by_name() -> None:
    assert "pipeline-failed" in sample_names("app.sources.bitbucket")
    assert load_sample("app.sources.bitbucket", "pipeline-failed").headers["x-event-key"].startswith("repo:commit")
    assert sample_names("app.kernel") == []


@pytest.mark.parametrize("name", ["", "nothing", "../samples/pipeline-failed", "/etc/passwd", "pipeline-failed.http"])
def test_unknown_name_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ConfigError, match=r"known: .*pipeline-failed"):
        load_sample("app.sources.bitbucket", name)
