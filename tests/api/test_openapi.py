"""What the OpenAPI page promises: every route has words, an example, and every answer that it may give."""

from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest

from tests.api.conftest import Api

LISTS = ("/api/v1/receipts", "/api/v1/events", "/api/v1/deliveries")


@pytest.fixture
def document(api: Api) -> dict[str, Any]:
    return api.app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def example_of(document: dict[str, Any], content: dict[str, Any]) -> Any:
    """The example of an answer, of itself or of its schema, or of the items of its page."""
    if "example" in content:
        return content["example"]
    schema = content.get("schema", {})
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "example" in schema:
        return schema["example"]
    items = schema.get("properties", {}).get("items", {}).get("items")
    return example_of(document, {"schema": items}) if items else None


def test_every_route_says_what_it_does(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert len(operation.get("description", "")) > 15, (method, path)
        assert operation["tags"], (method, path)
    assert {tag["name"] for tag in document["tags"]} == {
        tag for *_, operation in operations(document) for tag in operation["tags"]
    }


def test_every_route_has_an_example_of_its_answer(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        good = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
        assert any(example_of(document, content) for content in good["content"].values()), (method, path)


def test_every_body_has_an_example(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert example_of(document, content), (method, path)


def test_every_refusal_is_documented_as_problem_json(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        answers = operation["responses"]
        wanted = {"401", "403", "503"} if path.startswith("/api/") else {"503"} if path == "/readyz" else set()
        wanted |= {"422"} if operation.get("parameters") and path.startswith("/api/") else set()
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"409"} if path.endswith(("/retry", "/cancel")) else set()
        wanted |= {"413", "415"} if path.endswith("/scans") or path.startswith("/hooks/") else set()
        assert wanted <= answers.keys(), (method, path, wanted - answers.keys())
        for status, answer in answers.items():
            assert answer["description"], (method, path, status)
            if status[0] in "45" and path != "/readyz":
                assert example_of(document, answer["content"]["application/problem+json"])["status"] == int(status)


def test_every_parameter_of_a_listing_has_words_or_a_closed_list(document: dict[str, Any]) -> None:
    for path in LISTS:
        for parameter in document["paths"][path]["get"]["parameters"]:
            assert parameter.get("description"), (path, parameter["name"])


def test_every_answer_of_the_api_that_needs_a_token_says_so(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert bool(operation.get("security")) is path.startswith("/api/"), (method, path)


def test_the_version_is_that_of_the_package(document: dict[str, Any]) -> None:
    assert document["info"]["version"] == version("shipbell")
