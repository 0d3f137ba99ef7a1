"""The HTTP API: what people, pipelines and Prometheus ask. The webhooks' door stands apart (app/ingest/door.py)."""
