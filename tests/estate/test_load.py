from pathlib import Path

import pytest

from app.estate import load_estate
from app.kernel import yaml
from app.kernel.errors import ConfigErrors
from tests.estate.conftest import estate_of

SHIPPED = Path(__file__).parents[2] / "rules" / "estate.yaml"


def problems(*texts: str) -> list[str]:
    with pytest.raises(ConfigErrors) as caught:
        estate_of(*texts)
    return [str(problem) for problem in caught.value.problems]


def test_the_shipped_estate_loads() -> None:
    estate = load_estate([yaml.load(SHIPPED.read_text(), "rules/estate.yaml")])
    assert estate.services == ("checkout", "basket", "payments-api", "ledger", "catalog")
    assert estate.environments == ("dev", "qa", "preprod", "prod", "feature")
    assert estate.tiers["preprod"] == "staging"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "services:\n  a: {}\n  b: {repositores: [x]}",
            "rules/0.yaml:3: unknown field 'repositores' (did you mean 'repositories'?)",
        ),
        ("environments:\n  p: {}", "rules/0.yaml:2: 'tier' is missing"),
        ("environments:\n  p: {tier: live}", "rules/0.yaml:2: tier: Input should be 'production'"),
        ("services: [a]", "rules/0.yaml:1: 'services' must be a map of names"),
        ("services:\n  unmapped: {}", "rules/0.yaml:2: 'unmapped' is kept"),
        ("services:\n  'a b': {}", "rules/0.yaml:2: String should match"),
        ("names:\n  aplication: ['{service}']", "unknown kind of name 'aplication' (did you mean 'application'?)"),
        ("names:\n  path: ['{servce}/x']", "unknown place {servce} in '{servce}/x' (did you mean 'service'?)"),
        ("names:\n  path: ['overlays/*']", "must have {service}, {environment} or both"),
        ("names:\n  path: ['{service}/{service}']", "each once"),
        ("names:\n  path: {a: 1}", "rules/0.yaml:2:"),
        ("tickets: {projects: [shop]}", "rules/0.yaml:1: projects.0: String should match"),
        ("tickets: {url: 'http://x/{key}'}", "url: String should match"),
        ("tickets: {create_url: 'https://x/create'}", "create_url: String should match"),
        ("tickets: {create_url: 'https://x/create?a={b}'}", "create_url: String should match"),
        ("labels: {keeps: [a]}", "unknown field 'keeps' (did you mean 'keep'?)"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, problem: str) -> None:
    found = problems(text)
    assert len(found) == 1
    assert problem in found[0]


def test_all_problems_are_told_at_once() -> None:
    assert len(problems("services: {a: {tem: x}}\nenvironments: {p: {}}\nnames: {x: ['{service}']}")) == 3


def test_files_are_joined() -> None:
    estate = estate_of("services: {a: {}}", "services: {b: {aliases: bee}}\nroutes: []", "# empty")
    assert estate.services == ("a", "b")
    assert estate._services.find("name", "bee") == "b"


def test_a_name_that_is_defined_twice_is_an_error() -> None:
    assert problems("services: {a: {}}", "services: {a: {}}") == ["rules/1.yaml:1: 'a' is already at rules/0.yaml:1"]


def test_a_single_section_stands_once() -> None:
    assert problems("labels: {}", "labels: {}") == ["rules/1.yaml:1: 'labels' is already at rules/0.yaml:1"]


def test_two_services_cannot_own_one_name() -> None:
    found = problems("services:\n  a: {repositories: [x/y]}\n  b:\n    repositories: [X/Y]")
    assert found == ["rules/0.yaml:4: 'X/Y' (repository) belongs to 'a' already"]
    assert "belongs to 'a' already" in problems("services: {a: {}, b: {aliases: [A]}}")[0]


def test_no_estate_at_all_is_an_empty_one() -> None:
    assert load_estate([]).services == ()
