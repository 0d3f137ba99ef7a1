"""Of many rules only those are asked that an event of this type and service can meet at all."""

from collections.abc import Callable

from app.routing import Rulebook, route

Load = Callable[..., Rulebook]


def asked(book: Rulebook, event_type: str, service: str) -> list[str]:
    found = book.index[event_type]
    return [rule.name for _, rule in found.by_service.get(service, found.others)]


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
