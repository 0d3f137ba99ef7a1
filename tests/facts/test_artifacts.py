import pytest

from app.facts.artifacts import Artifact, Seen, commit_in

SHA = "1f3a9c2b7d5e4f60718293a4b5c6d7e8f9012345"


@pytest.mark.parametrize(
    ("version", "found"),
    [
        ("main-1f3a9c2", "1f3a9c2"),
        (SHA, SHA),
        ("v1.4.2", None),
        ("20251122", None),  # a date
        ("202511221030", None),
        ("defaced", None),  # a word
        ("build-1f3a9c2b.7", "1f3a9c2b"),
        ("x1f3a9c2", None),  # the middle of something
        (None, None),
    ],
)
def test_a_version_may_hold_the_beginning_of_a_commit(version: str | None, found: str | None):
    assert commit_in(version) == found


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (Artifact(SHA, "1.0", "a"), Artifact(SHA[:10], "2.0", "b"), True),
        (Artifact(SHA, "latest", "a"), Artifact("a" * 40, "latest", "b"), False),  # the commits tell
        (Artifact(SHA, "1.0", "a"), Artifact(None, "1.0", "b"), True),
        (Artifact(SHA, "1.0", "a"), Artifact(None, "1.1", "b"), False),
        (Artifact(None, None, "r1"), Artifact(None, None, "r1"), True),
        (Artifact(None, None, "r1"), Artifact(None, "1.0", "r1"), False),
    ],
)
def test_artifacts_agree_by_commit_then_version(one: Artifact, two: Artifact, same: bool):
    assert one.agrees(two) is same
    assert two.agrees(one) is same


def test_the_first_time_is_found_whichever_way_it_was_told():
    seen = Seen([(Artifact(SHA, "1.0", "a"), 20), (Artifact(None, "1.0", "b"), 10)])
    assert seen.first(Artifact(SHA[:7], None, "c")) == 20
    assert seen.first(Artifact(None, "1.0", "c")) == 10
    assert seen.first(Artifact("b" * 40, "1.0", "c")) == 10  # a version that is told without a commit may be it
    assert seen.first(Artifact("b" * 40, "3.0", "c")) is None
