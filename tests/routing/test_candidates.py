"""Of many rules only those are asked that an event of this type, service, environment and status can meet at all."""

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.routing import Rulebook, route
from bench.walk import walk

Load = Callable[..., Rulebook]


def asked(book: Rulebook, event_type: str, service: str, **more: Any) -> list[str]:
    return [rule.name for _, rule in book.index[event_type]({"type": event_type, "service": service, **more})]


def test_rules_are_found_by_type_and_service(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: finished, match: {type: deployment.finished}, drop: true}
  - {name: glob, match: {type: {glob: "deployment.*"}}, drop: true}
  - {name: basket, match: {type: deployment.finished, service: basket}, drop: true}
  - {name: both, match: {service: [basket, ledger]}, drop: true}
  - {name: branch, match: {any: [{type: gate.decided, verdict: block}, {type: tests.finished}]}, drop: true}
  - {name: never, match: {all: [{type: gate.decided}, {type: tests.finished}]}, drop: true}
  - {name: unless, match: {none: [{type: tests.finished}]}, drop: true}
""")
    assert asked(book, "deployment.finished", "basket") == ["finished", "glob", "basket", "both", "unless"]
    assert asked(book, "deployment.finished", "ledger") == ["finished", "glob", "both", "unless"]
    assert asked(book, "deployment.finished", "checkout") == ["finished", "glob", "unless"]
    assert asked(book, "deployment.started", "checkout") == ["glob", "unless"]
    assert asked(book, "tests.finished", "checkout") == ["branch"]
    assert "never" not in asked(book, "gate.decided", "checkout")


def test_the_short_way_decides_as_the_long_one(with_rules: Load) -> None:
    book = with_rules("rules:\n  - {name: unless, match: {none: [{type: tests.finished}]}, drop: true}\n")
    assert route(book, {"type": "tests.finished"}).matched == ()
    assert route(book, {"type": "gate.decided"}).matched == ("unless",)


def test_fifty_rules_for_other_types_are_not_asked(with_rules: Load) -> None:
    types = ["deployment.finished", "pipeline.finished", "gate.decided", "tests.finished", "incident.opened"]
    rules = "".join(f"  - {{name: r{n}, match: {{type: {types[n % 5]}}}, drop: true}}\n" for n in range(50))
    assert len(asked(with_rules(f"rules:\n{rules}"), "deployment.finished", "basket")) == 10


def test_rules_are_found_by_environment_and_status_too(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: prod, match: {type: deployment.finished, environment: prod}, drop: true}
  - {name: tests, match: {type: deployment.finished, environment: [dev, qa], status: failed}, drop: true}
  - {name: unmapped, match: {type: deployment.finished, environment: {not: [dev, qa, prod]}}, drop: true}
  - {name: payments, match: {type: deployment.finished, service: {glob: "payments-*"}}, drop: true}
  - {name: late, match: {type: deployment.finished, build.number: {gt: 9}}, drop: true}
""")
    event = "deployment.finished"
    assert asked(book, event, "basket", environment="prod", status="failed") == ["prod", "late"]
    assert asked(book, event, "basket", environment="dev", status="failed") == ["tests", "late"]
    assert asked(book, event, "basket", environment="dev", status="succeeded") == ["late"]
    assert asked(book, event, "payments-api") == ["unmapped", "payments", "late"]


def test_rules_are_found_by_repository_branch_and_author(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: release, match: {type: pipeline.finished, build.ref: {glob: "release/*"}}, drop: true}
  - {name: ours, match: {type: pipeline.finished, repository.full_name: {glob: "acme/*"}}, drop: true}
  - {name: robots, match: {type: pipeline.finished, commit.author.email: {regex: "bot@"}}, drop: true}
  - {name: unknown, match: {type: pipeline.finished, build.ref: {exists: false}}, drop: true}
""")
    event, robot = "pipeline.finished", {"author": {"email": "bot@example.com"}}
    assert asked(book, event, "basket", build={"ref": "release/4"}, commit=robot) == ["release", "robots"]
    assert asked(book, event, "basket", build={"ref": "main"}, repository={"full_name": "acme/basket"}) == ["ours"]
    assert asked(book, event, "basket", build={"ref": ["no", "text"]}) == ["release", "ours", "robots", "unknown"]
    assert asked(book, event, "basket", commit="no part") == ["unknown"]


def test_rules_with_a_pattern_are_found_by_what_it_asks_for_everywhere(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: prod, pattern: {type: [deployment.finished], environment: [prod], service: [basket, ledger]}, drop: true}
  - {name: either, pattern: {$or: [{environment: [dev]}, {environment: [prod], status: [failed]}]}, drop: true}
  - {name: anything, pattern: {environment: [{anything-but: prod}]}, drop: true}
""")
    event = "deployment.finished"
    assert asked(book, event, "basket", environment="prod", status="failed") == ["prod", "either", "anything"]
    assert asked(book, event, "checkout", environment="prod", status="failed") == ["either", "anything"]
    assert asked(book, event, "ledger", environment="qa") == ["anything"]
    assert asked(book, "gate.decided", "ledger", environment="dev") == ["either", "anything"]


def test_what_is_known_of_an_event_is_not_asked_again_in_the_branches_either(with_rules: Load) -> None:
    book = with_rules("""
rules:
  - {name: bad, match: {type: pipeline.finished, any: [{status: failed}, {environment: prod}]}, drop: true}
  - {name: hot, match: {any: [{status: failed}, {commit.message: {contains: hotfix}}]}, drop: true}
  - {name: good, match: {none: [{status: failed}]}, drop: true}
""")
    event = "pipeline.finished"
    assert asked(book, event, "basket", status="succeeded") == ["hot", "good"]
    assert asked(book, event, "basket", status="succeeded", environment="prod") == ["bad", "hot", "good"]
    assert asked(book, event, "basket", status="failed") == ["bad", "hot"]
    assert route(book, {"type": event, "status": "failed"}).matched == ("bad", "hot")
    assert route(book, {"type": event, "commit": {"message": "a hotfix"}}).matched == ("hot", "good")


def test_a_value_that_no_event_has_is_asked_of_every_rule(with_rules: Load) -> None:
    book = with_rules("rules:\n  - {name: it, match: {environment: {exists: true}}, drop: true}\n")
    assert asked(book, "gate.decided", "basket", environment=["prod"]) == ["it"]
    assert asked(book, "gate.decided", "basket") == []


def one_or_more(*values: Any) -> st.SearchStrategy[Any]:
    some = st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=2)
    return some | some.map(lambda wanted: {"not": wanted}) | st.booleans().map(lambda wanted: {"exists": wanted})


SERVICES, ENVIRONMENTS = ("basket", "checkout", "payments-api", "unmapped"), ("dev", "qa", "prod", "unmapped")
STATUSES, TYPES = ("succeeded", "failed", "stopped"), ("deployment.finished", "pipeline.finished")
CLAUSES = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from([*TYPES, list(TYPES), {"glob": "*.finished"}]),
        "service": one_or_more(*SERVICES) | st.just({"glob": "*a*"}),
        "environment": one_or_more(*ENVIRONMENTS) | st.just({"regex": "^[dp]"}),
        "status": one_or_more(*STATUSES),
        "build.number": one_or_more(1, 2) | st.just({"gt": 1}),
    },
)
MATCHES = st.recursive(
    CLAUSES,
    lambda inner: st.builds(
        lambda own, how, matches: own | {how: matches},
        CLAUSES.map(lambda own: {key: value for key, value in own.items() if key != "type"}),
        st.sampled_from(["any", "all", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
VIEWS = st.fixed_dictionaries(
    {"type": st.sampled_from([*TYPES, "gate.decided"])},
    optional={
        "service": st.sampled_from(SERVICES),
        "environment": st.sampled_from(ENVIRONMENTS),
        "status": st.sampled_from(STATUSES),
        "build": st.fixed_dictionaries({"number": st.integers(1, 3)}),
    },
)


@given(matches=st.lists(MATCHES, min_size=1, max_size=8), views=st.lists(VIEWS, min_size=1, max_size=12))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_rules_the_index_finds_what_a_walk_finds(
    with_rules: Load, matches: list[dict[str, Any]], views: list[dict[str, Any]]
) -> None:
    rules = [{"name": f"r{at}", "match": match, "drop": True} for at, match in enumerate(matches)]
    book = with_rules(json.dumps({"rules": rules}))
    for view in views * 2:  # the second time out of what was kept
        assert list(route(book, view).matched) == walk(book.rules, view)
