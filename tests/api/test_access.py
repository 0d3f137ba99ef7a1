"""Who gets in: every route, every scope."""

from tests.api.conftest import ALL, TOKENS, Api, StartApi

SCOPES = {
    ("GET", "/api/v1/receipts"): "read",
    ("GET", "/api/v1/receipts/{receipt_id}"): "read",
    ("GET", "/api/v1/receipts/{receipt_id}/body"): "operate",
    ("GET", "/api/v1/events"): "read",
    ("GET", "/api/v1/events/{event_id}"): "read",
    ("GET", "/api/v1/events/{event_id}/explain"): "read",
    ("GET", "/api/v1/deliveries"): "read",
    ("GET", "/api/v1/deliveries/{delivery_id}"): "read",
    ("GET", "/api/v1/bundles"): "read",
    ("GET", "/api/v1/dora"): "read",
    ("GET", "/api/v1/dora/measures"): "read",
    ("GET", "/api/v1/dora/reconcile"): "read",
    ("GET", "/api/v1/dora/teams"): "read",
    ("GET", "/api/v1/dora/{measure}/rows"): "read",
    ("GET", "/api/v1/environments"): "read",
    ("GET", "/api/v1/environments/waiting"): "read",
    ("GET", "/api/v1/tickets"): "read",
    ("GET", "/api/v1/where/{anything}"): "read",
    ("GET", "/api/v1/deployments"): "read",
    ("GET", "/api/v1/deployments/{deployment_id}"): "read",
    ("GET", "/api/v1/gates"): "read",
    ("GET", "/api/v1/rules"): "read",
    ("GET", "/api/v1/channels"): "read",
    ("POST", "/api/v1/deliveries/{delivery_id}/retry"): "operate",
    ("POST", "/api/v1/deliveries/{delivery_id}/cancel"): "operate",
    ("POST", "/api/v1/replay"): "operate",
    ("POST", "/api/v1/gates/{name}"): "ingest",
    ("POST", "/api/v1/reports"): "ingest",
    ("POST", "/api/v1/security/scans"): "ingest",
    ("POST", "/api/v1/incidents"): "ingest",
    ("POST", "/api/v1/tests/results"): "ingest",
}
OPEN = ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json")


def path_of(template: str) -> str:
    for name in ("receipt_id", "event_id", "deployment_id", "measure", "anything"):
        template = template.replace(f"{{{name}}}", "0" * 32)
    return template.replace("{delivery_id}", "1")


def test_every_route_of_the_api_is_in_this_table(api: Api) -> None:
    paths = api.app.openapi()["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {route for route in found if route[1].startswith("/api/")} == SCOPES.keys()


async def test_every_route_wants_its_scope(api: Api) -> None:
    for (method, template), scope in SCOPES.items():
        path = path_of(template)
        for token in (None, "nobody-knows-this-one"):
            refused = await api.ask(method, path, as_=token)
            assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer"), path
            assert refused.headers["content-type"] == "application/problem+json"
        for other in TOKENS.keys() - {scope}:
            assert (await api.ask(method, path, as_=TOKENS[other])).status_code == 403, path
        for token in (TOKENS[scope], ALL):
            assert (await api.ask(method, path, as_=token)).status_code not in (401, 403), path


async def test_F22_a_malformed_authorization_is_401(api: Api) -> None:
    for header in (
        "Bearer nothing",
        "Bearer ",
        "Bearer",
        "bearer",
        f"Basic {ALL}",
        ALL,
        "",
        f"Bearer {ALL} {ALL}",
        "Bearer \xff",
    ):
        answer = await api.ask("GET", "/api/v1/events", as_=None, headers={"authorization": header.encode("latin-1")})
        assert answer.status_code == 401, header


async def test_F22_two_authorizations_are_401_even_if_one_is_right(api: Api) -> None:
    headers = [("Authorization", f"Bearer {ALL}"), ("authorization", "Bearer other")]
    assert (await api.http.get("/api/v1/events", headers=headers)).status_code == 401


async def test_the_scheme_is_written_in_any_case(api: Api) -> None:
    answer = await api.ask("GET", "/api/v1/events", as_=None, headers={"authorization": f"bearer {ALL}"})
    assert answer.status_code == 200


async def test_without_tokens_this_machine_may_do_everything(start: StartApi) -> None:
    api = await start(SHIPBELL_API_TOKENS=None)
    assert (await api.ask("GET", "/api/v1/events", as_=None)).status_code == 200
    assert (await api.ask("POST", "/api/v1/replay", as_=None, json={"state": "ignored"})).status_code == 200


async def test_what_tells_nothing_of_events_needs_no_token(api: Api) -> None:
    for path in OPEN:
        assert (await api.ask("GET", path, as_=None)).status_code == 200, path


async def test_a_refusal_names_the_token_and_the_scope_but_not_the_value(api: Api) -> None:
    answer = await api.ask("POST", "/api/v1/replay", as_=TOKENS["read"], json={"state": "ignored"})
    assert answer.json()["title"] == "the token 'reader' lacks the scope 'operate'"
    assert TOKENS["read"] not in answer.text
