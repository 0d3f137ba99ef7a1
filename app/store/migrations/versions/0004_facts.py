"""Facts: what events add up to; all of it can be emptied and derived again from the events"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


# fmt: off
def upgrade() -> None:
    op.create_table(
        "fact_arrivals", sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=True),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("team", sa.String(length=300), nullable=True),
        sa.Column("live_at", sa.BigInteger(), nullable=False), sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False), sa.Column("authored_at", sa.BigInteger(), nullable=True),
        sa.Column("committed_at", sa.BigInteger(), nullable=True),
        sa.Column("pushed_at", sa.BigInteger(), nullable=True),
        sa.Column("merged_at", sa.BigInteger(), nullable=True),
        sa.Column("lead_seconds", sa.Float(), nullable=True),
        sa.Column("clock", sa.String(length=6), nullable=False),
        sa.Column("author", sa.String(length=300), nullable=True),
        sa.Column("author_kind", sa.String(length=10), nullable=True),
        sa.Column("pull_request", sa.Integer(), nullable=True), sa.Column("flags", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("service", "environment", "sha"),
    )
    op.create_index("fact_arrivals_chain", "fact_arrivals",
        ["service", "environment", "clock", "live_at", "lead_seconds"],
        unique=False)
    op.create_index("fact_arrivals_deployment", "fact_arrivals", ["deployment_id"], unique=False)
    op.create_index("fact_arrivals_original", "fact_arrivals", ["service", "environment", "original"],
        unique=False, sqlite_where=sa.text("original IS NOT NULL"), postgresql_where=sa.text("original IS NOT NULL"))
    op.create_index("fact_arrivals_team", "fact_arrivals", ["tier", "clock", "team", "live_at", "lead_seconds"],
        unique=False )
    op.create_index("fact_arrivals_week", "fact_arrivals", ["tier", "clock", "team", "week", "lead_seconds"],
        unique=False )
    op.create_table(
        "fact_attempts", sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("team", sa.String(length=300), nullable=True),
        sa.Column("deployment_id", sa.String(length=32), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("artifact", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=300), nullable=True),
        sa.Column("sha", sa.String(length=64), nullable=True), sa.Column("changed", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True), sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_attempts_chain", "fact_attempts", ["service", "environment", "at", "outcome", "changed"],
        unique=False )
    op.create_index("fact_attempts_team", "fact_attempts", ["tier", "team", "at", "outcome", "changed"], unique=False)
    op.create_table(
        "fact_chains", sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=True),
        sa.Column("tier", sa.String(length=20), nullable=True), sa.PrimaryKeyConstraint("service", "environment"),
    )
    op.create_index("fact_chains_repository", "fact_chains", ["repository"], unique=False)
    op.create_table(
        "fact_claims",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("family", sa.String(length=12), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"), sa.UniqueConstraint("event_id"),
    )
    op.create_index("fact_claims_chain", "fact_claims", ["service", "environment", "family", "at"], unique=False)
    op.create_index("fact_claims_subject", "fact_claims", ["subject"], unique=False)
    op.create_table(
        "fact_commits", sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False), sa.Column("message", sa.Text(), nullable=True),
        sa.Column("author", sa.String(length=300), nullable=True),
        sa.Column("author_kind", sa.String(length=10), nullable=True),
        sa.Column("authored_at", sa.BigInteger(), nullable=True),
        sa.Column("committed_at", sa.BigInteger(), nullable=True),
        sa.Column("pushed_at", sa.BigInteger(), nullable=True),
        sa.Column("pull_request", sa.Integer(), nullable=True), sa.Column("merge", sa.Boolean(), nullable=False),
        sa.Column("original", sa.String(length=64), nullable=True), sa.Column("tickets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository", "sha"),
    )
    op.create_index("fact_commits_sha", "fact_commits", ["sha"], unique=False)
    op.create_table(
        "fact_deployments", sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("team", sa.String(length=300), nullable=True),
        sa.Column("business_area", sa.String(length=300), nullable=True),
        sa.Column("pod", sa.String(length=300), nullable=True),
        sa.Column("component", sa.String(length=300), nullable=True),
        sa.Column("artifact", sa.String(length=300), nullable=False),
        sa.Column("version", sa.String(length=300), nullable=True),
        sa.Column("sha", sa.String(length=64), nullable=True),
        sa.Column("repository", sa.String(length=300), nullable=True),
        sa.Column("revision", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("live_at", sa.BigInteger(), nullable=False), sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False), sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=32), nullable=True),
        sa.Column("previous_id", sa.String(length=32), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("failed_by", sa.String(length=10), nullable=True),
        sa.Column("failed_because", sa.String(length=300), nullable=True),
        sa.Column("failed_confidence", sa.String(length=10), nullable=True),
        sa.Column("failure_of", sa.String(length=32), nullable=True),
        sa.Column("detected_at", sa.BigInteger(), nullable=True),
        sa.Column("recovered_at", sa.BigInteger(), nullable=True),
        sa.Column("recovered_by", sa.String(length=300), nullable=True),
        sa.Column("reverted", sa.Boolean(), nullable=False), sa.Column("rework", sa.Boolean(), nullable=False),
        sa.Column("commits", sa.Integer(), nullable=False), sa.Column("re_arrivals", sa.Integer(), nullable=False),
        sa.Column("tickets", sa.Text(), nullable=False), sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_deployments_artifact", "fact_deployments", ["service", "environment", "artifact", "live_at"],
        unique=False )
    op.create_index("fact_deployments_batch", "fact_deployments", ["batch_id"], unique=False)
    op.create_index("fact_deployments_chain", "fact_deployments", ["service", "environment", "live_at", "id"],
        unique=False )
    op.create_index("fact_deployments_failed", "fact_deployments", ["service", "environment", "recovered_at"],
        unique=False, sqlite_where=sa.text("failed_by IS NOT NULL"), postgresql_where=sa.text("failed_by IS NOT NULL"))
    op.create_index("fact_deployments_team", "fact_deployments",
        ["tier", "team", "week", "live_at", "kind", "counts", "outcome", "failed_by", "failed_confidence",
            "detected_at", "recovered_at", "re_arrivals", "flags"],
        unique=False)
    op.create_index("fact_deployments_version", "fact_deployments", ["service", "environment", "version", "live_at"],
        unique=False )
    op.create_table(
        "fact_environments", sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("team", sa.String(length=300), nullable=True),
        sa.Column("desired_version", sa.String(length=300), nullable=True),
        sa.Column("actual_version", sa.String(length=300), nullable=True),
        sa.Column("in_sync", sa.Boolean(), nullable=True),
        sa.Column("health", sa.String(length=300), nullable=True),
        sa.Column("deployment_id", sa.String(length=32), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True), sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service", "environment"),
    )
    op.create_table(
        "fact_gates", sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("gate", sa.String(length=300), nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("version", sa.String(length=300), nullable=True),
        sa.Column("sha", sa.String(length=64), nullable=True), sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("bypassed_by", sa.String(length=300), nullable=True), sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_gates_service", "fact_gates", ["service", "at"], unique=False)
    op.create_table(
        "fact_incidents", sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=True),
        sa.Column("tier", sa.String(length=20), nullable=True),
        sa.Column("team", sa.String(length=300), nullable=True),
        sa.Column("business_area", sa.String(length=300), nullable=True),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("priority", sa.String(length=2), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=True),
        sa.Column("link", sa.String(length=10), nullable=True), sa.Column("others", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True), sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_incidents_deployment", "fact_incidents", ["deployment_id"], unique=False)
    op.create_index("fact_incidents_open", "fact_incidents", ["service"],
        unique=False, sqlite_where=sa.text("resolved_at IS NULL"), postgresql_where=sa.text("resolved_at IS NULL"))
    op.create_index("fact_incidents_service", "fact_incidents", ["service", "opened_at"], unique=False)
    op.create_index("fact_incidents_team", "fact_incidents", ["team", "opened_at"], unique=False)
    op.create_table(
        "fact_links", sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("child", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("how", sa.String(length=6), nullable=False),
        sa.PrimaryKeyConstraint("repository", "child", "parent", "how"),
    )
    op.create_table(
        "fact_names", sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("service", "name", "repository", "sha"),
    )
    op.create_table(
        "fact_pull_requests", sa.Column("repository", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False), sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=True),
        sa.Column("author", sa.String(length=300), nullable=True),
        sa.Column("source_branch", sa.String(length=300), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.Column("first_commit_at", sa.BigInteger(), nullable=True),
        sa.Column("merged_at", sa.BigInteger(), nullable=True),
        sa.Column("merge_commit", sa.String(length=64), nullable=True),
        sa.Column("head", sa.String(length=64), nullable=True), sa.Column("commits", sa.Text(), nullable=False),
        sa.Column("hotfix", sa.Boolean(), nullable=False), sa.Column("tickets", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("repository", "id"),
    )
    op.create_index("fact_pull_requests_merge", "fact_pull_requests", ["repository", "merge_commit"], unique=False)
    op.create_table(
        "fact_restatements",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=True),
        sa.Column("what", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=300), nullable=False), sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True), sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("fact_restatements_service", "fact_restatements", ["service", "at"], unique=False)
    op.create_index("fact_restatements_time", "fact_restatements", ["at"], unique=False)
    op.create_table(
        "fact_scans", sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("tool", sa.String(length=300), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=True),
        sa.Column("scan_id", sa.String(length=300), nullable=True),
        sa.Column("verdict", sa.String(length=30), nullable=False),
        sa.Column("critical", sa.Integer(), nullable=False), sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("medium", sa.Integer(), nullable=False), sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("advisory", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=300), nullable=True),
        sa.Column("sha", sa.String(length=64), nullable=True), sa.Column("report_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_scans_service", "fact_scans", ["service", "at"], unique=False)
    op.create_table(
        "fact_test_runs", sa.Column("id", sa.String(length=300), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False), sa.Column("suite", sa.String(length=300), nullable=True),
        sa.Column("run_id", sa.String(length=300), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=True), sa.Column("passed", sa.Integer(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=True), sa.Column("skipped", sa.Integer(), nullable=True),
        sa.Column("flaky", sa.Integer(), nullable=True), sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("version", sa.String(length=300), nullable=True),
        sa.Column("sha", sa.String(length=64), nullable=True), sa.Column("report_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("fact_test_runs_service", "fact_test_runs", ["service", "at"], unique=False)
    op.create_table(
        "fact_ticket_places", sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "service", "environment"),
    )
    op.create_index("fact_ticket_places_chain", "fact_ticket_places", ["service", "environment", "since"], unique=False)
    op.create_table(
        "fact_tickets", sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=True),
        sa.Column("status", sa.String(length=300), nullable=True),
        sa.Column("status_category", sa.String(length=300), nullable=True),
        sa.Column("fix_versions", sa.Text(), nullable=False), sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False), sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "fact_waits", sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("deployment_id", sa.String(length=32), nullable=False),
        sa.Column("service", sa.String(length=100), nullable=False),
        sa.Column("environment", sa.String(length=100), nullable=False),
        sa.Column("live_at", sa.BigInteger(), nullable=False), sa.PrimaryKeyConstraint("key", "deployment_id"),
    )
    op.create_index("fact_waits_deployment", "fact_waits", ["deployment_id"], unique=False)
