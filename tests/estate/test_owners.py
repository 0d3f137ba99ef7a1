"""Who owned a service on the day of an event: what labels say, and for the rest the estate as of then."""

from datetime import UTC, datetime

import pytest

from app.estate import Estate
from app.events import Draft, Hints
from app.kernel.errors import ConfigErrors
from tests.estate.conftest import RECEIVED, estate_of

TEXT = """
services:
  checkout:
    {team: payments, pod: buy, component: checkout-api, compliance_namespace: pci, git_project: "4711",
     repositories: [acme/checkout],
     owners: [{since: 2026-03-01, team: storefront}, {since: 2026-09-01, pod: sell, business_area: commerce}]}
labels: {owner: {pod: pod, git_repository: git-repository}}
"""


@pytest.fixture(scope="module")
def estate() -> Estate:
    return estate_of(TEXT)


def owner(estate: Estate, at: datetime | None, **labels: str) -> dict[str, str]:
    named = {key.replace("_", "-"): value for key, value in labels.items()}
    hints = Hints(() if "git-repository" in named else (("name", "checkout"),), labels=named)
    draft = Draft("deployment.finished", "s", "i", occurred_at=at, hints=hints)
    event = estate.event(draft, source="argocd", receipt="r", received_at=RECEIVED)
    assert event.service == "checkout"
    assert event.owner
    return event.owner.model_dump(exclude_none=True)


@pytest.mark.parametrize(
    ("at", "team", "pod", "area"),
    [
        (datetime(2025, 1, 1, tzinfo=UTC), "payments", "buy", None),
        (datetime(2026, 2, 28, 23, 59, 59, tzinfo=UTC), "payments", "buy", None),
        (datetime(2026, 3, 1, tzinfo=UTC), "storefront", "buy", None),
        (datetime(2026, 10, 1, tzinfo=UTC), "storefront", "sell", "commerce"),
        (None, "storefront", "sell", "commerce"),
        (datetime(2027, 1, 1, tzinfo=UTC), "storefront", "sell", "commerce"),
    ],
)
def test_the_owner_is_that_of_the_day(
    estate: Estate, at: datetime | None, team: str, pod: str, area: str | None
) -> None:
    found = owner(estate, at)
    assert (found["team"], found["pod"], found.get("business_area")) == (team, pod, area)
    assert (found["component"], found["compliance_namespace"], found["git_project"]) == ("checkout-api", "pci", "4711")


def test_labels_win_over_the_estate_of_any_day(estate: Estate) -> None:
    assert owner(estate, datetime(2025, 1, 1, tzinfo=UTC), pod="cloud")["pod"] == "cloud"


def test_a_tag_that_names_the_repository_names_the_service(estate: Estate) -> None:
    assert owner(estate, None, git_repository="acme/checkout")["git_repository"] == "acme/checkout"


def test_a_tag_that_names_the_repository_is_asked_last() -> None:
    two = estate_of(TEXT.replace("services:\n", "services:\n  ledger:\n"))
    hints = Hints((("name", "ledger"),), labels={"git-repository": "acme/checkout"})
    assert two.place(hints) == ("ledger", None)


def test_the_team_of_a_service_is_the_one_of_the_last_word(estate: Estate) -> None:
    assert estate.teams == {"storefront": ("checkout",)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("since: 2026-09-01", "since: 2026-03-01", r"rules/0\.yaml:\d+: .*have to grow"),
        ("since: 2026-09-01", "since: soon", r"rules/0\.yaml:\d+: owners\.1\.since"),
        ("since: 2026-09-01, pod", "since: 2026-09-01, pdo", r"rules/0\.yaml:\d+: unknown field .*owners\.1\.pdo"),
        ("since: 2026-09-01, ", "", r"'owners\.1\.since' is missing"),
    ],
)
def test_a_fault_in_the_history_is_told_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigErrors, match=said):
        estate_of(TEXT.replace(old, new))
