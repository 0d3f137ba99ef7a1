"""Tools that write SARIF: the name that we call them by, and what kind of scan it is, where that is certain."""

_KINDS = {
    "sast": (
        "codeql",
        "semgrep",
        "bandit",
        "gosec",
        "snykcode",
        "njsscan",
        "nodejsscan",
        "brakeman",
        "veracode static",
    ),
    "sca": ("snyk open source", "govulncheck", "osv-scanner", "dependency-check", "black duck"),
    "secrets": (
        "gitleaks",
        "trufflehog",
        "detect-secrets",
        "ggshield",
        "gitguardian",
        "talisman",
        "whispers",
        "secretlint",
        "noseyparker",
        "kingfisher",
        "secret",
    ),
    "iac": ("checkov", "tfsec", "kics", "terrascan", "snyk iac", "kube-linter"),
    "container": ("snyk container", "dockle"),
}
_ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def kind_of(name: str | None) -> str | None:
    """The kind of a tool's scans; None for tools that do several kinds (Trivy) and for those we do not know."""
    lowered = (name or "").lower()
    return next((kind for kind, tools in _KINDS.items() if any(tool in lowered for tool in tools)), None)


def tool_name(name: str | None) -> str:
    """The tool's name in lower case, with dashes for blanks: `Semgrep OSS` is `semgrep-oss`."""
    dashed = "-".join((name or "").lower().split())[:60]
    return "".join(char if char in _ALLOWED else "-" for char in dashed).strip("-") or "sarif"
