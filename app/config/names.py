"""Which `SHIPBELL_*` variables there are, so that a typo is noticed instead of doing nothing."""

from collections.abc import Collection, Mapping

from app.config.settings import PREFIX, Settings
from app.kernel.yaml import did_you_mean
from app.sources import Source

REMOTE = {
    "SHIPBELL_URL": "Where the command line finds the service, if not where this machine's settings say.",
    "SHIPBELL_TOKEN": "The command line's bearer token, if not the first of `SHIPBELL_API_TOKENS`.",
}
"""What only the command line reads, with what it is for."""
_TESTS = ("SHIPBELL_SAMPLES",)


def secret_name(source: str) -> str:
    """The variable that holds the secrets of a source: `SHIPBELL_SECRET_<SOURCE>`."""
    return f"{PREFIX}SECRET_{source.upper().replace('-', '_')}"


def unknown_names(environ: Mapping[str, str], sources: Mapping[str, Source], of_channels: Collection[str]) -> list[str]:
    """A warning for every `SHIPBELL_*` variable that nobody reads; `of_channels` are those that channels name."""
    known = {
        *(PREFIX + name.upper() for name in Settings.model_fields),
        *(secret_name(name) for source in sources.values() for name in (source.name, *source.aliases)),
        *REMOTE,
        *_TESTS,
        *of_channels,
    }
    found = sorted(name for name in environ if name.startswith(PREFIX))
    unknown = [name for name in found if name.removesuffix("_FILE") not in known and name not in known]
    return [f"{name} is set, but nobody reads it ({_hint(name, known)})" for name in unknown]


def _hint(name: str, known: Collection[str]) -> str:
    return did_you_mean(name.removesuffix("_FILE"), known) or "see the reference of settings"
