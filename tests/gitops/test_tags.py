"""The commit that an image tag names."""

import pytest

from app.gitops.tags import Tags
from app.kernel.errors import ConfigError

SHA = "0123456789012345678901234567890123456789"
TAGS = Tags(["^(?P<sha>[0-9a-fA-F]{7,40})$", "[-_.](?P<sha>[0-9a-f]{7,40})$"])


@pytest.mark.parametrize(
    ("tag", "commit"),
    [
        ("3f2a9bc", "3f2a9bc"),
        ("3F2A9BC", "3f2a9bc"),
        ("1.4.2-3f2a9bc", "3f2a9bc"),
        (SHA, SHA),  # whole: digits alone are no accident
        ("20261122", None),
        ("build-1234567", None),
        ("1.4.2", None),
        ("latest", None),
        ("3f2a9b", None),
        ("", None),
        ("x" * 100_000 + "-3f2a9bc", None),
    ],
)
def test_a_tag_says_its_commit_or_nothing(tag: str, commit: str | None) -> None:
    assert TAGS.commit(tag) == commit


def test_the_first_expression_that_finds_a_commit_wins() -> None:
    tags = Tags([r"^(?P<sha>\d{8})\.", r"-g(?P<sha>[0-9a-f]+)"])
    assert tags.commit("20261122.1-g3f2a9bc01") == "3f2a9bc01"


@pytest.mark.parametrize("pattern", ["(", "([0-9a-f]{7})", r"(?P<sha>a)\1"])
def test_an_expression_that_cannot_work_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError):
        Tags([pattern])
