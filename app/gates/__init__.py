"""Questions that are asked before a deployment: evidence, and a verdict."""
