import pytest

from tests.estate.conftest import Make, estate_of


@pytest.mark.parametrize(
    ("kind", "value", "service"),
    [
        ("repository", "acme/checkout", "checkout"),
        ("repository", "ACME/Checkout", "checkout"),
        ("repository", "other/payments-api", "payments-api"),
        ("repository", "acme/search", "unmapped"),
        ("application", "checkout-prod", "checkout"),
        ("application", "team1-checkout-pr-42", "checkout"),
        ("application", "payments-api-prod", "payments-api"),
        ("application", "payments-prod", "payments"),
        ("application", "pay-prod", "payments-api"),
        ("application", "shop-till-anything", "checkout"),
        ("application", "payments-worker-prod", "unmapped"),
        ("application", "checkout-loadtest", "unmapped"),
        ("name", "pay", "payments-api"),
        ("namespace", "checkout", "checkout"),
        ("project", "acme/checkout", "unmapped"),
    ],
)
def test_a_service_is_found_by_what_the_estate_says_of_this_kind_of_name(
    make: Make, kind: str, value: str, service: str
) -> None:
    event = make(service=((kind, value),))
    assert event.service == service
    assert event.original is not None
    assert event.original.service == value


@pytest.mark.parametrize(
    ("kind", "value", "environment", "tier"),
    [
        ("name", "PROD", "prod", "production"),
        ("name", "live", "prod", "production"),
        ("name", "pr-42", "feature", "feature"),
        ("branch", "feature/till", "feature", "feature"),
        ("branch", "main", "unmapped", None),
        ("cluster", "eu-main", "prod", "production"),
        ("path", "apps/checkout/overlays/development", "dev", "development"),
        ("application", "checkout-pr-42", "feature", "feature"),
        ("application", "unheard-of-prod", "prod", "production"),
        ("application", "unheard-of-pr-prod", "feature", "feature"),
        ("application", "checkout-loadtest", "unmapped", None),
    ],
)
def test_an_environment_is_found_even_beside_an_unknown_service(
    make: Make, kind: str, value: str, environment: str, tier: str | None
) -> None:
    event = make(environment=((kind, value),))
    assert (event.environment, event.environment_tier) == (environment, tier)
    assert event.original is not None
    assert event.original.environment == value


def test_the_first_hint_that_says_something_wins(make: Make) -> None:
    event = make(service=(("application", "nonsense"), ("repository", "acme/checkout")))
    assert event.service == "checkout"
    assert event.original is not None
    assert event.original.service == "acme/checkout"


def test_of_hints_that_say_nothing_the_most_telling_is_shown(make: Make) -> None:
    event = make(service=(("application", ""), ("application", "nonsense"), ("namespace", "nowhere")))
    assert event.service == "unmapped"
    assert event.original is not None
    assert event.original.service == "nonsense"


def test_without_a_hint_there_is_no_environment_and_an_unmapped_service(make: Make) -> None:
    event = make()
    assert (event.service, event.environment, event.environment_tier, event.original) == ("unmapped", None, None, None)


def test_an_empty_hint_is_no_hint(make: Make) -> None:
    assert make(environment=(("name", ""),)).environment is None


def test_brackets_in_globs_are_plain_text() -> None:
    names = estate_of('environments: {odd: {tier: testing, aliases: ["[ab]*"]}}')._environments
    assert names.find("name", "[ab]-1") == "odd"
    assert names.find("name", "a-1") is None


def test_a_hostile_name_is_just_unmapped(make: Make) -> None:
    for value in ("\ud800x", "a\x00b", "-" * 100_000, "(?P<service>.*)", "{service}"):
        assert make(service=(("application", value),)).service == "unmapped"


def test_an_estate_without_services_maps_nothing_and_breaks_nothing() -> None:
    estate = estate_of("names: {application: ['{service}-{environment}']}")
    assert estate._services.find("application", "-") is None
    assert estate.services == ()


def test_the_cache_is_bounded(make: Make) -> None:
    estate = estate_of("environments: {prod: {tier: production}}")
    for number in range(10_000):
        estate._services.find("name", f"n{number}")
    assert estate._services.find.cache_info().currsize <= 8192
