"""A secret that is written where the name of its variable belongs is refused, and not shown."""

import pytest
from pydantic import TypeAdapter, ValidationError

from app.channels.teams import CHANNEL
from app.kernel.errors import ConfigErrors
from app.kernel.variables import Variable
from app.kernel.yaml import load

_URL = "https://acme.webhook.office.com/webhookb2/abc?sig=s3cr3t"


@pytest.mark.parametrize("settings", [f"url_env: '{_URL}'", f"url_env: T, headers_env: {{X-Key: '{_URL}'}}"])
def test_a_value_in_place_of_a_name_is_refused_unseen(settings: str) -> None:
    document = load(f"kind: teams\n{settings.replace(', ', chr(10))}", "rules/channels.yaml")
    with pytest.raises(ConfigErrors) as caught:
        document.check((), document.value, CHANNEL.settings)
    assert "takes the name of a variable, such as TEAMS_PLATFORM_URL" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["T_ALL", "a1", "_x"])
def test_names_of_variables_are_taken(name: str) -> None:
    assert TypeAdapter(Variable).validate_python(name) == name


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "$A", "A" * 101, 7])
def test_everything_else_is_none(name: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Variable).validate_python(name)
