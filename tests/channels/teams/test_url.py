import pytest

from app.channels.teams.url import check_url
from app.kernel.errors import ConfigError

TAIL = (
    "/workflows/4f1c/triggers/manual/paths/invoke"
    "?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=S3cr3tS1gnature"
)
CURRENT = "https://default7a.b2.environment.api.powerplatform.com"
EXTRA = frozenset(["127.0.0.1:8065"])


@pytest.mark.parametrize(
    "url",
    [
        f"{CURRENT}/powerautomate/automations/direct{TAIL}",
        f"{CURRENT}:443/powerautomate/automations/direct/cu/12{TAIL}",
        f"https://prod-42.westeurope.logic.azure.com{TAIL}",
        f"https://prod-42.westeurope.logic.azure.com:443{TAIL}",
        f"{CURRENT.upper().replace('HTTPS', 'https')}/powerautomate/automations/direct{TAIL}",
        "http://127.0.0.1:8065/anything",
        "https://127.0.0.1:8065/anything",
    ],
)
def test_a_workflow_is_taken(url: str) -> None:
    check_url("security", url, EXTRA)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        (f"http://default7a.b2.environment.api.powerplatform.com{TAIL}", "https on port 443"),
        (f"{CURRENT}:8443{TAIL}", "https on port 443"),
        (f"https://any.example.com/powerautomate{TAIL}", "its host is not"),
        (f"https://environment.api.powerplatform.com{TAIL}", "its host is not"),
        (f"https://evil-logic.azure.com.example.com{TAIL}", "its host is not"),
        (f"https://prod.westeurope.logic.azure.com.{TAIL}", "its host is not"),
        (f"https://127.0.0.1{TAIL}", "its host is not"),
        (f"https://127.0.0.1:8066{TAIL}", "https on port 443"),
        (f"{CURRENT}/hook?sig=S3cr3tS1gnature", "its path"),
        (f"{CURRENT}/workflows/4f1c/triggers/?sig=S3cr3tS1gnature", "its path"),
        (f"{CURRENT}/x?{TAIL}", "its path"),
        (f"{CURRENT}{TAIL.replace('&sig=S3cr3tS1gnature', '')}", "sig"),
        (f"{CURRENT}{TAIL.replace('sig=S3cr3tS1gnature', 'sig=')}", "sig"),
        (f"{CURRENT}{TAIL}#fragment", "fragment"),
        (f"https://me:S3cr3tS1gnature@prod.westeurope.logic.azure.com{TAIL}", "user"),
        ("env:TEAMS_SECURITY_URL", "not a URL"),
        ("file:///etc/passwd", "not a URL"),
    ],
)
def test_F51_anything_else_is_refused_without_showing_it(url: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check_url("security", url, EXTRA)
    assert "S3cr3tS1gnature" not in str(caught.value)
    assert "'security'" in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.webhook.office.com/webhookb2/1@2/IncomingWebhook/S3cr3tS1gnature/4",
        "https://outlook.office.com/webhook/1@2/IncomingWebhook/S3cr3tS1gnature/4",
        "https://outlook.office365.com/webhook/1@2/IncomingWebhook/S3cr3tS1gnature/4",
    ],
)
def test_a_retired_connector_is_refused_and_says_what_to_do(url: str) -> None:
    with pytest.raises(ConfigError, match="connectors are off since May 2026: create a Workflow") as caught:
        check_url("security", url, EXTRA)
    assert "S3cr3tS1gnature" not in str(caught.value)
