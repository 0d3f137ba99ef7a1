"""Whose: the options of every command that lists by service."""

from typing import Annotated

import typer

OfTeam = Annotated[str | None, typer.Option("--team", help="Of what a team owns.")]
OfArea = Annotated[str | None, typer.Option("--business-area", help="Of what belongs to an area.")]
OfPod = Annotated[str | None, typer.Option("--pod", help="Of what a pod owns.")]
OfComponent = Annotated[str | None, typer.Option("--component", help="Of one component.")]
OfPlatform = Annotated[str | None, typer.Option("--platform", help="Of what lambda, ecs, argocd, … deployed.")]
