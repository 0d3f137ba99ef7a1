"""What things are called at acme: services, teams, people, and what tickets are about."""

from dataclasses import dataclass

from app.standins.story.model import Person
from app.standins.story.seed import Seed

WORKSPACE = "acme"


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment, and of which of Bitbucket's types it is there."""

    name: str
    type: str


ENVIRONMENTS = (
    Environment("dev", "Test"),
    Environment("qa", "Test"),
    Environment("preprod", "Staging"),
    Environment("prod", "Production"),
)

_FIRST = (("checkout", "storefront"), ("basket", "storefront"), ("payments-api", "payments"), ("ledger", "payments"))
_WORDS = (
    *("catalog", "orders", "pricing", "invoices", "shipping", "returns", "reviews", "loyalty", "profile", "stock"),
    *("notify", "media", "fraud", "tax", "quotes", "vouchers", "delivery", "search", "refunds", "wallet"),
)
_KINDS = ("", "-web", "-worker", "-batch", "-gateway", "-sync", "-export", "-import", "-admin", "-report")
SHIPPED = frozenset([*(name for name, _ in _FIRST), _WORDS[0]])
"""Those that the shipped estate has."""
_TEAMS = ("storefront", "payments", "discovery")
PROJECTS = {"storefront": "SHOP", "payments": "PAY", "discovery": "SHOP"}
"""The Jira project of each team."""

_PEOPLE = ("Ines Duarte", "Milo Brandt", "Asha Rao", "Tom Okafor", "Léa Moreau", "Jun Sato", "Nora Lind", "Piotr Zima")
SUBJECTS = (
    *("coupon field", "retry of captures", "rounding of totals", "address book", "search by article"),
    *("export of invoices", "limits per customer", "dark mode", "audit trail", "import of prices"),
)


def people(seed: Seed) -> tuple[Person, ...]:
    """The people of acme."""
    return tuple(_person(seed, name) for name in _PEOPLE)


def _person(seed: Seed, name: str) -> Person:
    mail = name.lower().replace(" ", ".").replace("é", "e")
    account = f"{700000 + seed.below(9999, name)}:{seed.uuid('account', name)}"
    return Person(name, f"{mail}@example.com", account, seed.uuid("person", name))


def service_names(count: int) -> tuple[tuple[str, str], ...]:
    """So many names with their teams; the first five are those of the shipped estate."""
    made = (
        (f"{word}{kind}", _TEAMS[(number + 2) % 3]) for kind in _endings(count) for number, word in enumerate(_WORDS)
    )
    return (*_FIRST, *made)[:count]


def _endings(count: int) -> tuple[str, ...]:
    more = (f"-{number}" for number in range(2, 2 + count // len(_WORDS)))
    return (*_KINDS, *more)
