from app.facts.claims import read_claim
from app.facts.history import Link, commits_of, links_of, names_of, pull_request, together
from tests.world import telling
from tests.world.telling import commit, sha


def test_a_push_is_a_line_down_to_what_was_there():
    view = telling.push("checkout", "2026-03-02T08:00Z", "c0", [commit("a2"), commit("a1")])
    assert links_of(view) == [Link(sha("a2"), sha("a1"), "line"), Link(sha("a1"), sha("c0"), "line")]


def test_the_head_of_a_merge_holds_all_of_it():
    merge = commit("m", message="Merged in feature/card (pull request #1)")
    view = telling.push("checkout", "2026-03-02T08:00Z", "c0", [merge, commit("a2"), commit("a1")])
    assert links_of(view) == [
        Link(sha("m"), sha("a2"), "side"),
        Link(sha("m"), sha("a1"), "side"),
        Link(sha("m"), sha("c0"), "line"),
    ]


def test_rewritten_and_cut_history_is_marked():
    forced = telling.push("checkout", "2026-03-02T08:00Z", "c0", [commit("a1")], forced=True)
    cut = telling.push("checkout", "2026-03-02T08:00Z", "c0", [commit("a1")], truncated=True)
    created = telling.push("checkout", "2026-03-02T08:00Z", None, [commit("a1")])
    assert links_of(forced) == [Link(sha("a1"), sha("c0"), "forced")]
    assert links_of(cut) == [Link(sha("a1"), sha("c0"), "gap")]
    assert links_of(created) == []


def test_what_two_events_say_of_a_commit_is_the_same_in_either_order():
    moment = "2026-03-02T07:00Z"
    one = commits_of(telling.push("checkout", "2026-03-02T08:00Z", "c0", [commit("a1", moment)]))[0]
    two = commits_of(telling.push("checkout", "2026-03-02T09:00Z", "c9", [commit("a1", message="A longer message")]))[0]
    assert together(one, two) == together(two, one)
    assert together(one, two).pushed_at == telling.us("2026-03-02T08:00Z")
    assert together(one, two).message == "A longer message"


def test_a_build_names_its_commit_and_a_failed_one_does_not():
    built = telling.build("checkout", "2026-03-02T08:00Z", "a1", "1.4.2")
    assert names_of(built) == [("1.4.2", sha("a1"))]
    assert names_of({**built, "status": "failed"}) == []
    numbered = {**built, "build": {"number": 7}}
    assert ("build-7", sha("a1")) in names_of(numbered)


def test_a_pull_request_is_what_all_its_events_say_in_any_order():
    own = [commit("a1", "2026-03-01T09:00Z")]
    merged = telling.merge("checkout", "2026-03-02T08:00Z", 7, "m1", own, branch="hotfix/npe")
    opened = {**merged, "id": "0" * 32, "type": "pull_request.opened", "occurred_at": "2026-03-01T10:00:00.000000Z"}
    opened.pop("merged_at")
    claims = [claim for view in (merged, opened) if (claim := read_claim(view))]
    made = pull_request(claims)
    assert made == pull_request(claims[::-1])
    assert made is not None
    assert (made.opened_at, made.merged_at) == (telling.us("2026-03-01T10:00Z"), telling.us("2026-03-02T08:00Z"))
    assert made.hotfix
    assert made.commits == (sha("a1"),)


def test_commits_with_their_parents_are_what_they_say_and_no_line() -> None:
    commits = [
        {"sha": sha("a3"), "parents": [sha("a1"), sha("b2")], "message": "Merged in feature"},
        {"sha": sha("b2"), "parents": [sha("c0")]},
        {"sha": sha("a1"), "parents": [sha("c0")]},
        {"sha": sha("c0"), "parents": []},
    ]
    view = {"type": "change.pushed", "commits": commits, "before": sha("d0")}
    assert links_of(view) == [
        Link(sha("a3"), sha("a1"), "line"),
        Link(sha("a3"), sha("b2"), "side"),
        Link(sha("b2"), sha("c0"), "line"),
        Link(sha("a1"), sha("c0"), "line"),
    ]
    del commits[1]["parents"]  # of one nobody told: then they are as all others
    assert Link(sha("a3"), sha("d0"), "line") in links_of(view)
