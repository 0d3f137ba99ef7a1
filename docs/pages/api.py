"""The page of the HTTP API: what OpenAPI says, and the door that stands in front of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from app.api import routes
from docs.pages.markdown import code, codes, table, takes

ORIGIN = "app/api/"

_INTRO = """# HTTP API

A running service shows this page's contents for trying out at `/docs`, and as OpenAPI at `/openapi.json`.

Requests carry `Authorization: Bearer <token>`, one of `SHIPBELL_API_TOKENS`, with the scope that the endpoint asks
for: `read` (look), `operate` (change: retry, cancel, replay, see raw bodies) or `ingest` (post scans). 401 is no or
an unknown token, 403 a token without the scope. Without any token configured, only this machine is let in, because
the service then listens on nothing else.

Errors are [problem+json](https://www.rfc-editor.org/rfc/rfc9457): `{"type", "status", "title"}`, 422 with `errors:
[{where, what}]`. Listings answer `{"items": […], "next": cursor}`; give `cursor` back for the next page, `null` is
the end. A service, environment or team that neither the estate has nor anything was ever told of is 422 with the
nearest name; one of which nothing is known yet has an empty answer.

## Webhooks

The door of the webhooks, `/hooks/…`, stands in front of the API and needs no bearer token: a source proves itself
in its own way ([sources](sources.md)). The body is what the vendor sends.

202 `{"receipt": id, "outcome": "accepted" | "duplicate"}` says that the request is stored, on disk. Whatever is
wrong with us is 503 with `Retry-After`. All other answers: [outcomes](outcomes.md#a-request-at-the-door).
"""


def pages() -> dict[str, str]:
    """`api.md`."""
    return {"api.md": "\n\n".join([_INTRO.rstrip(), *endpoints()]) + "\n"}


def schema() -> dict[str, Any]:
    """The OpenAPI document."""
    app = FastAPI(title="Shipbell", version="0")
    routes.install(app)
    return app.openapi()


def endpoints() -> Iterator[str]:
    """A section for each endpoint."""
    whole = schema()
    known = whole.get("components", {}).get("schemas", {})
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield f"## {code(f'{method.upper()} {path}')}"
            yield operation.get("description", operation["summary"]).strip()
            rows = [_parameter(each, known) for each in operation.get("parameters", ())]
            if rows:
                yield table(["parameter", "in", "takes", "meaning"], rows)
            yield from _body(operation, known)
            yield f"Answers: {codes(sorted(operation['responses']))}."


def _parameter(each: Mapping[str, Any], known: Mapping[str, Any]) -> tuple[str, str, str, str]:
    name = code(each["name"]) + (" (required)" if each.get("required") else "")
    return name, each["in"], _takes(each["schema"], known), each.get("description", "")


def _takes(entry: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    patterns = [part["pattern"] for part in (entry, *entry.get("anyOf", ())) if "pattern" in part]
    return f"text like {code(patterns[0])}" if patterns else takes(entry, known)


def _body(operation: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    references = [part["$ref"] for part in _parts(content.get("schema", {})) if "$ref" in part]
    for reference in references:
        model = known[reference.rsplit("/", 1)[-1]]
        rows = [
            (code(name), _takes(entry, known), entry.get("description", ""))
            for name, entry in model["properties"].items()
        ]
        yield f"Body, JSON: {model.get('description', '')}"
        yield table(["key", "takes", "meaning"], rows)


def _parts(entry: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    return (entry, *entry.get("anyOf", ()))
