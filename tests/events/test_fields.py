import pytest

from app.events import EVENT_TYPES
from app.events.fields import field_catalogue, find_field


def test_every_field_of_every_model_is_in_the_catalogue() -> None:
    catalogue = field_catalogue()
    for name, model in EVENT_TYPES.items():
        for field in model.model_fields:
            assert field == "status" or name in catalogue[field].types


def test_the_catalogue_of_one_type_has_no_fields_of_another() -> None:
    catalogue = field_catalogue({"security.scan_finished"})
    assert "findings.critical" in catalogue
    assert "operation.automated" not in catalogue
    assert catalogue["type"].enum == ("security.scan_finished",)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("commit.author.email", "text"),
        ("build.number", "integer"),
        ("duration_seconds", "number"),
        ("operation.automated", "flag"),
        ("occurred_at", "time"),
        ("images", "list"),
        ("commit", "part"),
        ("labels", "map"),
        ("worst[].title", "text"),
    ],
)
def test_the_kind_is_read_off_the_model(path: str, kind: str) -> None:
    assert field_catalogue()[path].kind == kind


def test_a_list_knows_what_its_items_are() -> None:
    assert field_catalogue()["images"].items == "text"
    assert field_catalogue()["worst"].items == "part"


def test_closed_lists_belong_to_the_type_and_are_joined_over_types() -> None:
    assert field_catalogue({"gate.decided"})["verdict"].enum == ("allow", "block", "unknown")
    both = field_catalogue({"gate.decided", "security.scan_finished"})["verdict"]
    assert set(both.enum or ()) >= {"allow", "block", "passed", "failed"}
    assert (both.enum or ()).count("unknown") == 1


def test_a_type_without_an_outcome_has_no_status() -> None:
    assert "status" not in field_catalogue({"change.pushed"})
    status = field_catalogue()["status"]
    assert set(status.enum or ()) >= {"succeeded", "degraded", "in_sync"}
    assert "change.pushed" not in status.types


def test_labels_have_free_keys_with_dots_in_them_and_nothing_else_has() -> None:
    catalogue = field_catalogue()
    label = find_field(catalogue, "labels.app.kubernetes.io/part-of")
    assert label is not None
    assert label.kind == "text"
    assert label.keys == ("labels", "app.kubernetes.io/part-of")
    assert find_field(catalogue, "labels.") is None
    assert find_field(catalogue, "build.nummer") is None


def test_a_type_that_is_unknown_is_refused() -> None:
    with pytest.raises(KeyError, match=r"deployment\.done"):
        field_catalogue({"deployment.done"})


def test_descriptions_come_from_the_model_or_from_the_part() -> None:
    assert field_catalogue()["service"].description.startswith("our name")
    assert field_catalogue()["build"].description == "A run of a pipeline."
