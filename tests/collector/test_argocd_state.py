"""What is made of an application, whatever of it is missing."""

from typing import Any

from app.collector.argocd_state import overrides_of, state_of

NEW: dict[str, Any] = {
    "metadata": {"name": "new", "labels": None},
    "spec": {"source": None},
    "status": {"history": None, "summary": {}, "operationState": {"syncResult": {"resources": None}}},
}


def test_one_that_was_made_just_now_says_little() -> None:
    state = state_of(NEW, "https://argocd.example.com", "main")
    assert (state["app"]["name"], state["app"]["sources"], state["history"], state["images"]) == ("new", [], [], [])
    assert (state["sync"]["status"], state["health"]["status"], state["operation"]["phase"]) == (None, None, None)
    assert overrides_of(NEW) == ()


def test_of_several_sources_all_are_told_and_the_single_one_is_passed_over() -> None:
    sources = [{"repoURL": "a", "chart": "shop", "helm": {"values": "CANARY"}}, {"repoURL": "b", "path": "values"}]
    kustomized = {"repoURL": "c", "path": "x", "kustomize": {"images": ["acme/checkout:1.4.0"]}}
    both = {**NEW, "spec": {"source": kustomized, "sources": sources}}
    told = state_of(both, "https://argocd.example.com", "main")["app"]["sources"]
    assert told == [{"repoURL": "a", "chart": "shop"}, {"repoURL": "b", "path": "values"}]
    assert overrides_of(both) == ()
    assert overrides_of({**NEW, "spec": {"source": kustomized}}) == ("acme/checkout:1.4.0",)
