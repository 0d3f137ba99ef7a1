"""Questions that are asked before a deployment: evidence, and a verdict with reasons and what to do."""
