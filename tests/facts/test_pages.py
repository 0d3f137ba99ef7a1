from app.events import EVENT_TYPES
from app.facts.history import Link
from app.facts.pages import TELLING, read_page
from tests.world import telling
from tests.world.telling import commit, sha

AT = "2026-03-02T08:00Z"


def test_events_that_are_not_read_tell_nothing_of_history():
    unread = [model for name, model in EVENT_TYPES.items() if name not in TELLING]
    assert unread
    assert not any({"commits", "before", "ref_kind"} & model.model_fields.keys() for model in unread)


def test_a_page_tells_each_commit_once_and_keeps_claims_names_and_what_stands_alone_apart():
    page = read_page(
        [
            telling.push("checkout", AT, "c0", [commit("a1")]),
            telling.push("checkout", AT, "c0", [commit("a1", message="A longer message")], ref="release"),
            telling.build("checkout", AT, "a1", "1.4.2"),
            telling.deploy("checkout", AT, "a1"),
        ]
    )
    (commits,) = page.commits.values()
    assert commits.keys() == {sha("a1"), sha("c0")}
    assert commits[sha("a1")].message == "A longer message"
    assert set(*page.links.values()) == {Link(sha("a1"), sha("c0"), "line")}
    assert [name[1:] for name in page.names] == [("1.4.2", *page.links, sha("a1"))]
    assert [claim.family for claim in page.claims] == ["deployment"]
    assert page.alone == []
