"""Digests and summaries, full and bare: the fields that make them."""

from typing import Any

DIGESTS: dict[str, dict[str, Any]] = {
    "digest-of-deployments": {
        "type_": "shipbell.digest",
        "source": "shipbell",
        "environment": "dev",
        "digest": {
            "how": "group",
            "by": "dev-in-batches",
            "count": 140,
            "failed": 2,
            "counts": [{"outcome": "succeeded", "count": 138}, {"outcome": "failed", "count": 2}],
            "services": ["checkout", "payments-api"],
            "since": "2026-11-22T09:58:00Z",
            "until": "2026-11-22T10:00:00Z",
            "items": [
                {
                    "id": "1" * 32,
                    "type": "deployment.finished",
                    "outcome": "failed",
                    "service": "checkout",
                    "environment": "dev",
                    "version": "4.0.0",
                    "author": "Ada Lovelace",
                    "error": "one or more objects failed to apply",
                    "url": "https://argocd.example.com/applications/checkout-dev",
                },
                {"type": "deployment.finished", "outcome": "failed", "service": "cart", "environment": "dev"},
                *(
                    {
                        "type": "deployment.finished",
                        "outcome": "succeeded",
                        "service": f"service-{number}",
                        "environment": "dev",
                        "version": f"1.{number}",
                        "url": f"https://argocd.example.com/applications/{number}",
                    }
                    for number in range(98)
                ),
            ],
        },
    },
    "digest-of-a-night": {
        "type_": "shipbell.digest",
        "source": "shipbell",
        "digest": {
            "how": "hold",
            "by": "nights",
            "count": 3,
            "failed": 1,
            "counts": [{"outcome": "passed", "count": 1}, {"outcome": "failed", "count": 1}, {"count": 1}],
            "since": "2026-11-21T22:12:00Z",
            "items": [
                {"type": "pipeline.finished", "outcome": "failed", "service": "checkout", "version": "4.0.1"},
                {
                    "type": "pull_request.merged",
                    "service": "payments-api",
                    "title": "Round the cents",
                    "author": "Grace Hopper",
                    "url": "https://git.example.com/acme/payments/pull-requests/31",
                },
                {"type": "security.scan_finished", "outcome": "passed_with_conditions", "service": "cart"},
            ],
        },
    },
    "digest-bare": {"type_": "shipbell.digest", "source": "shipbell"},
    "summary-of-a-week": {
        "type_": "shipbell.summary",
        "source": "shipbell",
        "rule": "weekly",
        "summary": {
            "since": "2026-11-16T08:00:00Z",
            "until": "2026-11-23T08:00:00Z",
            "events": 4120,
            "deployments": 212,
            "failed_deployments": 9,
            "failed_pipelines": 31,
            "merged_pull_requests": 88,
            "incidents": 1,
            "blocked_gates": 4,
            "dead_letters": 2,
            "dora": {
                "deployments": 60,
                "lead_time_seconds": 67500.0,
                "change_fail_ratio": 0.0333,
                "recovery_seconds": 3600.0,
                "restore_seconds": 2700.0,
                "rework_ratio": 0.05,
                "open_failures": 1,
            },
            "environments": [
                {"environment": "dev", "deployments": 150, "succeeded": 143, "failed": 7},
                {"environment": "prod", "deployments": 62, "succeeded": 60, "failed": 2},
            ],
            "services": [
                {"service": "checkout", "deployments": 40, "failed": 3},
                {"service": "payments-api", "deployments": 1},
            ],
        },
    },
    "summary-bare": {"type_": "shipbell.summary", "source": "shipbell"},
}
