"""Runs inside a pipeline's step: reads its surroundings, tells the service, never fails the step."""
