from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from app.estate import Estate
from app.estate.estate import HAPPENED
from app.events import Draft, Hints, flat
from app.events.fields import field_catalogue
from app.kernel.clock import MINUTE
from app.kernel.errors import BadPayload
from tests.estate.conftest import RECEIVED, TEXT, Make, estate_of

NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def test_the_same_news_has_the_same_id_whenever_it_comes(make: Make) -> None:
    assert make().id == make(received_at=RECEIVED + 1000 * MINUTE, receipt="r2").id


@pytest.mark.parametrize(
    "other",
    [
        {"identity": "y"},
        {"state": "later"},
        {"type": "deployment.started", "status": None},
        {"instance": "eu"},
        {"occurred_at": NOON},
        {"occurred_at": None},
    ],
)
def test_other_news_has_another_id(make: Make, other: dict[str, object]) -> None:
    assert make(**other).id != make().id


def test_the_estate_is_not_part_of_the_id(make: Make) -> None:
    assert make(service=(("name", "checkout"),)).id == make().id


def test_a_plausible_clock_of_the_source_is_believed(make: Make) -> None:
    for ahead in (timedelta(days=-400), timedelta(minutes=5)):
        event = make(occurred_at=datetime(2026, 11, 22, 10, 0, tzinfo=UTC) + ahead)
        assert event.time_from == "source"
        assert datetime.fromisoformat(event.occurred_at or "") == datetime(2026, 11, 22, 10, 0, tzinfo=UTC) + ahead


def test_F44_a_clock_far_ahead_gives_the_time_of_receipt_and_the_id_of_the_news(make: Make) -> None:
    ahead = datetime(2026, 11, 22, 10, 5, 1, tzinfo=UTC)
    event, again = make(occurred_at=ahead), make(occurred_at=ahead, received_at=RECEIVED + 10 * MINUTE)
    assert event.time_from == "receipt"
    assert flat(event)["occurred_at"] == "2026-11-22T10:00:00.000000Z"
    assert again.time_from == "source"
    assert event.id == again.id


def test_F44_the_other_times_of_a_clock_far_ahead_are_not_told_either(make: Make) -> None:
    ahead, began = datetime(2026, 11, 24, tzinfo=UTC), NOON
    told = {"started_at": began, "finished_at": ahead.isoformat(), "duration_seconds": 140_400.0}
    view = flat(make(occurred_at=ahead, fields=told))
    assert view["started_at"] == "2026-11-22T09:00:00.000000Z"
    assert "finished_at" not in view
    assert "duration_seconds" not in view


def test_times_up_to_five_minutes_ahead_stay(make: Make) -> None:
    at = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
    view = flat(make(fields={"started_at": NOON, "finished_at": at, "duration_seconds": 3900.0}))
    assert view["finished_at"] == "2026-11-22T10:05:00.000000Z"
    assert view["duration_seconds"] == 3900


def test_every_time_of_an_event_is_known_as_one_that_has_happened() -> None:
    times = {name for name, field in field_catalogue().items() if field.kind == "time" and field.keys == (name,)}
    assert times - {"occurred_at", "received_at"} == set(HAPPENED)


def test_no_time_at_all_gives_the_time_of_receipt(make: Make) -> None:
    event, again = make(occurred_at=None), make(occurred_at=None, received_at=RECEIVED + MINUTE)
    assert event.time_from == again.time_from == "receipt"
    assert event.id == again.id


def test_labels_name_things_and_only_wanted_ones_are_kept(make: Make) -> None:
    labels = {"part-of": "pay", "stage": "live", "version": "1\x00", "secret": "no", "squad": "night"}
    event = make(service=(("repository", "acme/checkout"),), environment=(("name", "dev"),), labels=labels)
    assert (event.service, event.environment) == ("payments-api", "prod")
    assert event.labels == {"version": "1\ufffd"}
    assert flat(event)["owner"] == {"team": "night"}


def test_a_label_that_says_nothing_to_us_leaves_it_to_the_hints(make: Make) -> None:
    event = make(service=(("repository", "acme/checkout"),), labels={"part-of": "??"})
    assert event.service == "checkout"
    assert flat(event)["owner"] == {"team": "payments", "pod": "buy"}


def test_an_unmapped_service_has_no_owner(make: Make) -> None:
    assert make(service=(("name", "search"),)).owner is None


def test_what_the_vendor_said_stays_beside_ours(make: Make) -> None:
    event = make(service=(("name", "pay"),), original_status="Succeeded", original_type="operation")
    assert flat(event)["original"] == {"service": "pay", "status": "Succeeded", "type": "operation"}


def test_fields_of_the_draft_become_fields_of_the_event(make: Make) -> None:
    event = make(fields={"version": "1.2", "images": ["a:1.2"], "links": {"argocd": "http://plain.example.com"}})
    assert flat(event)["version"] == "1.2"
    assert flat(event)["images"] == ["a:1.2"]
    assert flat(event)["links"] == {}


def test_a_field_that_does_not_fit_is_a_bad_payload_with_its_path(make: Make) -> None:
    with pytest.raises(BadPayload) as caught:
        make(fields={"operation": {"retries": "many"}})
    assert caught.value.path == "operation.retries"


def test_tiers_and_the_order_of_environments_are_told(estate: Estate) -> None:
    assert estate.environments == ("dev", "prod", "feature")
    assert estate.tiers["prod"] == "production"
    assert estate.services == ("checkout", "payments", "payments-api")


def test_a_remedy_names_the_line_to_add(make: Make, estate: Estate) -> None:
    event = make(
        service=(("repository", "acme/search"),),
        environment=(("cluster", "Load Test"),),
        fields={"repository": {"provider": "bitbucket", "full_name": "acme/search"}},
    )
    assert estate.remedy(event) == (
        'services: {search: {repositories: ["acme/search"]}}\n'
        'environments: {load-test: {tier: development, aliases: ["Load Test"]}}'
    )


def test_the_remedy_works(make: Make, estate: Estate) -> None:
    event = make(service=(("application", "Search, a: b"),), environment=(("cluster", "uat-1"),))
    remedy = estate.remedy(event)
    assert remedy is not None
    added = [line.split(": ", 1)[1].removeprefix("{").removesuffix("}") for line in remedy.splitlines()]
    better = estate_of(
        TEXT.replace("services:\n", f"services:\n  {added[0]}\n").replace(
            "environments:\n", f"environments:\n  {added[1]}\n"
        )
    )
    hints = Hints((("application", "Search, a: b"),), (("cluster", "uat-1"),))
    draft = Draft("deployment.finished", "s", "i", hints=hints)
    mended = better.event(draft, source="argocd", receipt="r", received_at=RECEIVED)
    assert mended.service == "search-a-b"
    assert mended.environment == "uat-1"


def test_a_mapped_event_needs_no_remedy(make: Make, estate: Estate) -> None:
    assert estate.remedy(make(service=(("name", "pay"),))) is None
    assert estate.remedy(make()) is None


def test_an_alert_is_let_in_by_its_own_label_or_by_those_of_the_estate() -> None:
    estate = estate_of(TEXT.replace("keep: [version]", 'keep: [version]\n  incident: {severity: [critical, "pag*"]}'))

    def let_in(only_if: Literal["incident"] | None = "incident", **labels: str) -> bool:
        return estate.lets_in(Draft("incident.opened", "i", "i", hints=Hints(labels=labels), only_if=only_if))

    assert let_in(severity="Critical")
    assert let_in(severity="page")
    assert let_in(shipbell_incident="true", severity="info")
    assert let_in(None)
    assert not let_in()
    assert not let_in(severity="warning")
    assert not let_in(severity="critical", shipbell_incident="false")
    assert not estate_of(TEXT).lets_in(
        Draft("incident.opened", "i", "i", hints=Hints(labels={"severity": "critical"}), only_if="incident")
    )
