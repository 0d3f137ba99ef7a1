"""What a gate says when somebody whom it asks gives no answer: each kind with its own words and its own remedy."""

from app.gates.model import Reason

_KINDS = {
    "unreachable": (
        "{who} gives no answer ({detail})",
        "Wait a little and run this step again; if {who} is down, that is not your change's fault.",
    ),
    "circuit_open": ("{who} has not answered lately and is not asked now", "Run this step again in a minute."),
    "rate_limited": ("{who} asks us to wait ({detail})", "Run this step again in some minutes."),
    "budget_spent": ("this hour's calls to {who} are spent", "Run this step again later."),
    "auth_error": (
        "{who} does not know our token: it is wrong, or it has expired ({detail})",
        "Have the token of {who} renewed ({variable}); tickets and commits were not judged.",
    ),
    "forbidden": (
        "our token may not ask {who} for this ({detail})",
        "Give the token of {who} ({variable}) the right to read, or use another one.",
    ),
    "not_found": ("{who} does not know what it was asked for ({detail})", "Check the name of the repository or site."),
    "integration_error": (
        "{who} gave an answer that nobody can use ({detail})",
        "Is there a proxy or a sign-in page between the pipeline and {who}? Then tell whoever runs Shipbell.",
    ),
    "cache_broken": ("the copy of the GitOps repository is broken ({detail})", "Run this step again."),
}
_NAMES = {"jira": "Jira", "bitbucket": "Bitbucket", "git": "git", "gitops": "the GitOps repository"}
_VARIABLES = {"jira": "SHIPBELL_JIRA_TOKEN", "bitbucket": "SHIPBELL_BITBUCKET_TOKEN"}

CODES = {
    "unreachable": "no answer, or one of the 500s, after all tries",
    "circuit_open": "not asked: it has not answered lately",
    "rate_limited": "429 until our patience ended",
    "budget_spent": "not asked: the hour's calls are spent",
    "auth_error": "the token is wrong or expired; Jira says so with 200 or 404 too",
    "forbidden": "the token may not",
    "not_found": "no such site or repository",
    "integration_error": "HTML instead of JSON, or a question that was not understood",
    "cache_broken": "the copy of the GitOps repository cannot be read",
    "timed_out": "no verdict in the time that there is",
    "internal_error": "a fault of our own",
}
"""The codes of faults with what they mean; each stands behind the name of who was asked, as in `jira_auth_error`."""


def fault_reason(upstream: str, kind: str, detail: str) -> tuple[Reason, str]:
    """The reason that a fault is, and what to do about it."""
    text, step = _KINDS.get(kind, _KINDS["integration_error"])
    who = _NAMES.get(upstream, upstream)
    words = {"who": who, "detail": detail, "variable": _VARIABLES.get(upstream, "its token_env")}
    return Reason("unknown", f"{upstream}_{kind}", text.format(**words)), step.format(**words)
