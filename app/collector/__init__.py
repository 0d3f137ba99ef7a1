"""Reads the GitOps repository and the APIs, and tells what no webhook told."""
