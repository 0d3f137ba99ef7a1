"""Whose figures a dashboard shows: the choices at its top, and queries that keep to what was chosen."""

from deploy.grafana.panels import Variable

# What comes from the store is the same on every replica: take it once.
ONCE = "max without (instance, pod)"
_CHOICES = {"business_area": "business_area", "pod": "owner_pod", "team": "team", "component": "component",
            "platform": "platform"}  # fmt: skip
_PARTS = ", ".join(_CHOICES.values())


def _chosen(*variables: str) -> str:
    """The services of the owners that these choices name."""
    return "service_info{" + ", ".join(f'{_CHOICES[name]}=~"${name}"' for name in variables) + "}"


OWNED = _chosen(*_CHOICES)
"""The services that are shown. A part that nobody told is empty, and "All" fits it."""

# Each choice offers what those before it leave.
OWNERS = tuple(
    Variable(name, query=f"label_values({_chosen(*list(_CHOICES)[:index]).removesuffix('{}')}, {label})")
    for index, (name, label) in enumerate(_CHOICES.items())
)
SERVICE = Variable("service", query=f"label_values({OWNED}, service)")
BY = Variable("by", values=("team", "owner_pod", "business_area", "component", "platform", "service"), many=False)


def once(metric: str, labels: str = "") -> str:
    """A metric of the store, whichever replica tells it."""
    return f"{ONCE} ({metric}{labels})"


def owned(metric: str, labels: str = "") -> str:
    """A metric of services: of those that were chosen."""
    return f"({once(metric, labels)} and on (service) {OWNED})"


def of_owners(metric: str, labels: str = "") -> str:
    """The same with its owner's labels, so that it can be added up by them.

    While replicas are given another estate a service has two owners for a moment: either, but not both.
    """
    one = f"topk by (service) (1, max by (service, {_PARTS}) ({OWNED}))"
    return f"({once(metric, labels)} * on (service) group_left ({_PARTS}) {one})"
