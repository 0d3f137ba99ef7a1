"""The tables that facts are derived from, and facts that are one event's word each."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from app.store.tables import metadata

_Serial = BigInteger().with_variant(Integer, "sqlite")

fact_claims = Table(
    "fact_claims",
    metadata,
    Column("seq", _Serial, primary_key=True, autoincrement=True),
    Column("event_id", String(32), nullable=False, unique=True),
    Column("family", String(12), nullable=False),
    Column("service", String(100), nullable=False),
    Column("environment", String(100), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
)
Index("fact_claims_chain", *(fact_claims.c[name] for name in ("service", "environment", "family", "at")))
Index("fact_claims_subject", fact_claims.c.subject)

fact_commits = Table(
    "fact_commits",
    metadata,
    Column("repository", String(300), primary_key=True),
    Column("sha", String(64), primary_key=True),
    Column("service", String(100), nullable=False),
    Column("message", Text),
    Column("author", String(300)),
    Column("author_kind", String(10)),
    Column("authored_at", BigInteger),
    Column("committed_at", BigInteger),
    Column("pushed_at", BigInteger),
    Column("pull_request", Integer),
    Column("merge", Boolean, nullable=False),
    Column("original", String(64)),
    Column("tickets", Text, nullable=False),
)
Index("fact_commits_sha", fact_commits.c.sha)

fact_links = Table(
    "fact_links",
    metadata,
    Column("repository", String(300), primary_key=True),
    Column("child", String(64), primary_key=True),
    Column("parent", String(64), primary_key=True),
    Column("how", String(6), primary_key=True),
)

fact_pull_requests = Table(
    "fact_pull_requests",
    metadata,
    Column("repository", String(300), primary_key=True),
    Column("id", Integer, primary_key=True),
    Column("service", String(100), nullable=False),
    Column("title", String(300)),
    Column("author", String(300)),
    Column("source_branch", String(300)),
    Column("opened_at", BigInteger),
    Column("first_commit_at", BigInteger),
    Column("merged_at", BigInteger),
    Column("merge_commit", String(64)),
    Column("head", String(64)),
    Column("commits", Text, nullable=False),
    Column("hotfix", Boolean, nullable=False),
    Column("tickets", Text, nullable=False),
)
Index("fact_pull_requests_merge", fact_pull_requests.c.repository, fact_pull_requests.c.merge_commit)

fact_names = Table(
    "fact_names",
    metadata,
    Column("service", String(100), primary_key=True),
    Column("name", String(300), primary_key=True),
    Column("repository", String(300), primary_key=True),
    Column("sha", String(64), primary_key=True),
)

fact_waits = Table(
    "fact_waits",
    metadata,
    Column("key", String(300), primary_key=True),
    Column("deployment_id", String(32), primary_key=True),
    Column("service", String(100), nullable=False),
    Column("environment", String(100), nullable=False),
    Column("live_at", BigInteger, nullable=False),
)
Index("fact_waits_deployment", fact_waits.c.deployment_id)

fact_scans = Table(
    "fact_scans",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("at", BigInteger, nullable=False),
    Column("tool", String(300)),
    Column("kind", String(20)),
    Column("scan_id", String(300)),
    Column("verdict", String(30), nullable=False),
    Column("critical", Integer, nullable=False),
    Column("high", Integer, nullable=False),
    Column("medium", Integer, nullable=False),
    Column("low", Integer, nullable=False),
    Column("advisory", Boolean, nullable=False),
    Column("version", String(300)),
    Column("sha", String(64)),
    Column("report_url", Text),
)
Index("fact_scans_service", fact_scans.c.service, fact_scans.c.at)

fact_test_runs = Table(
    "fact_test_runs",
    metadata,
    Column("id", String(300), primary_key=True),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("at", BigInteger, nullable=False),
    Column("suite", String(300)),
    Column("run_id", String(300)),
    Column("status", String(20)),
    Column("passed", Integer),
    Column("failed", Integer),
    Column("skipped", Integer),
    Column("flaky", Integer),
    Column("total", Integer),
    Column("version", String(300)),
    Column("sha", String(64)),
    Column("report_url", Text),
)
Index("fact_test_runs_service", fact_test_runs.c.service, fact_test_runs.c.at)

fact_gates = Table(
    "fact_gates",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("service", String(100), nullable=False),
    Column("environment", String(100)),
    Column("at", BigInteger, nullable=False),
    Column("gate", String(300)),
    Column("verdict", String(10)),
    Column("version", String(300)),
    Column("sha", String(64)),
    Column("reasons", Text, nullable=False),
    Column("bypassed_by", String(300)),
)
Index("fact_gates_service", fact_gates.c.service, fact_gates.c.at)
