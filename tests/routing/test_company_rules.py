"""A whole rule book as a company would write it, with everything that one can say; its own tests are the proof."""

import pytest
from jsonschema import Draft202012Validator

from app.kernel.yaml import load
from app.routing import Rulebook, editor_schema, lint, load_rulebook, run_trials
from app.routing.calm import Wait

CARDS = ("batch", "rollout", "rollout-staging", "findings", "preview", "stopped-gate", "week", "unrouted")

RULES = """
version: 1
defaults:
  timezone: Europe/Lisbon
  dedupe: {by: [type, service, environment, version, status], window: 15m}
  fallback: harbour

channels:
  harbour:  {kind: teams-workflow, url_env: TEAMS_HARBOUR_URL,  connection: boats, alerts_to: log}
  lookout:  {kind: teams-workflow, url_env: TEAMS_LOOKOUT_URL,  connection: boats}
  reviews:  {kind: teams-workflow, url_env: TEAMS_REVIEWS_URL,  connection: boats}
  testers:  {kind: teams-workflow, url_env: TEAMS_TESTERS_URL,  connection: testers}
  invoices: {kind: teams-workflow, url_env: TEAMS_INVOICES_URL, connection: boats}
  log:      {kind: console}
connections:
  boats:   {posts: 25, per: 300s, when_full: digest}
  testers: {posts: 10, per: 60s, when_full: wait}
purposes:
  rollouts: [harbour]
  findings: [lookout]
  reviews:  [reviews]
  testing:  [testers]
teams:
  billing:
    services: [invoice-*, books]
    channels:
      rollouts: {add: [invoices]}
      reviews: {replace: [invoices]}
    on_failure_mention: [skipper@acme.example.com]

times:
  quiet-hours:   [{from: "20:00", to: "06:30"}, {days: [sat, sun]}]
  end-of-week:   [{days: [fri], from: "15:00", to: "24:00"}]
  pancake-day:   [{dates: ["2026-02-17"]}, {dates: ["12-24"], from: "12:00", to: "18:00", timezone: UTC}]

rules:
  - name: dev-together
    match: {type: deployment.finished, environment: dev, status: succeeded}
    to: [rollouts]
    group: {by: [environment], wait: 3m, max_wait: 12m, card: batch}
  - name: rollouts
    match: {type: deployment.finished, environment: [dev, staging, live]}
    to: [rollouts]
    card: rollout
    mention: {who: [author, team], match: {status: failed}}
  - name: testers-hear-of-staging
    match: {type: deployment.finished, environment: staging}
    to: [testing]
    card: rollout-staging
    mute: {during: quiet-hours, then: hold}
  - name: serious-findings
    match:
      type: security.scan_finished
      any: [{findings.critical: {gte: 1}}, {findings.high: {gt: 2}}, {verdict: failed}]
    to: [findings]
    card: findings
    mention: {who: [author, "user:warden@acme.example.com"]}
  - name: previews
    match: {type: deployment.finished, environment: preview, pull_request: {exists: true}}
    to: [reviews]
    card: preview
    coalesce: {by: [pull_request.id], window: 4m}
  - name: gates-that-stop
    pattern: {type: [gate.decided], verdict: [{anything-but: [allow, unknown]}]}
    to: [rollouts, testing]
    card: stopped-gate
    mention: {who: author}
  - name: robots
    match: {commit.author.email: {glob: "*[bot]@*"}, status: succeeded}
    drop: true
  - name: noise
    match: {type: pipeline.started}
    to: [testing]
    card: rollout
    mute: {during: quiet-hours, then: drop}
  - name: every-week
    schedule: {days: [tue], at: "08:30"}
    to: [rollouts]
    card: week

messages:
  - {name: pancakes, during: pancake-day, text: Flat and fast.}
  - {name: brave,    match: {environment: live, status: succeeded}, during: end-of-week, text: Brave.}
  - {name: seven,    match: {build.number: 7}, text: Lucky build.}
  - {name: hundreds, match: {build.number: {multiple_of: 100}}, text: "Build {{ e.build.number }}, a round one."}
  - {name: mended,   match: {status: failed, service: books}, text: The books do not balance.}
  - name: by-name
    match: {environment: live, status: succeeded}
    by_user:
      nora@acme.example.com: [Nora sails., Land ahoy.]
      omar@acme.example.com: Anchors up.

users:
  upn_domains: [acme.example.com]
  aliases: {nora@users.noreply.example.org: nora@acme.example.com}
  never_mention: [admiral@acme.example.com]

tests:
  - name: a rollout of billing that failed is told to both, with author and team
    at: "2026-03-11T11:00:00+00:00"
    event: {type: deployment.finished, service: invoice-api, environment: live, version: "8.1", status: failed,
            build: {number: 3}, commit: {author: {email: nora@users.noreply.example.org}}}
    expect: {send: {harbour: rollout, invoices: rollout}, held: {}, message: null,
             mentions: [nora@acme.example.com, skipper@acme.example.com]}
  - name: staging at night waits for the testers, and for nobody else
    at: "2026-03-11T21:00:00+00:00"
    event: {type: deployment.finished, service: cart, environment: staging, version: "2", status: succeeded}
    expect: {send: {harbour: rollout}, held: {testers: rollout-staging}, mentions: []}
  - name: a minute before half past six it still does
    at: "2026-03-12T06:29:00+00:00"
    event: {type: deployment.finished, service: cart, environment: staging, version: "2", status: succeeded}
    expect: {held: {testers: rollout-staging}}
  - name: at half past six it does not any more
    at: "2026-03-12T06:30:00+00:00"
    event: {type: deployment.finished, service: cart, environment: staging, version: "2", status: succeeded}
    expect: {send: {harbour: rollout, testers: rollout-staging}, held: {}}
  - name: nor one hour earlier by UTC when clocks were put forward
    at: "2026-03-31T05:30:00+00:00"
    event: {type: deployment.finished, service: cart, environment: staging, version: "2", status: succeeded}
    expect: {held: {}}
  - name: the end of the week in production is brave
    at: "2026-03-13T16:00:00"
    event: {type: deployment.finished, service: cart, environment: live, version: "3", status: succeeded,
            build: {number: 7}}
    expect: {send: {harbour: rollout}, message: brave}
  - name: pancakes win over the end of the week
    at: "2027-12-24T13:00:00+00:00"
    event: {type: deployment.finished, service: cart, environment: live, version: "3", status: succeeded}
    expect: {message: pancakes}
  - name: dev goes out in batches, and the message is that of its build
    event: {type: deployment.finished, service: cart, environment: dev, version: "4", status: succeeded,
            build: {number: 7}}
    expect: {send: {}, grouped: {harbour: batch}, message: seven}
  - name: a dev rollout that failed does not wait
    event: {type: deployment.finished, service: cart, environment: dev, version: "4", status: failed,
            build: {number: 7}}
    expect: {send: {harbour: rollout}, grouped: {}, message: null}
  - name: a round build
    event: {type: deployment.finished, service: cart, environment: staging, status: succeeded, build: {number: 300}}
    expect: {message: hundreds}
  - name: what asks for failures may be said of one
    event: {type: deployment.finished, service: books, environment: staging, status: failed, build: {number: 300}}
    expect: {message: mended}
  - name: a line of one's own, by an alias
    event: {type: deployment.finished, service: cart, environment: live, status: succeeded,
            commit: {author: {email: Nora@users.noreply.example.org}}}
    expect: {message: by-name}
  - name: nobody else has one
    event: {type: deployment.finished, service: cart, environment: live, status: succeeded,
            commit: {author: {email: admiral@acme.example.com}}}
    expect: {message: null}
  - name: two findings are below the bar, and still not lost
    event: {type: security.scan_finished, service: cart, findings: {critical: 0, high: 2}, verdict: passed}
    expect: {send: {harbour: unrouted}, mentions: [], message: null}
  - name: three are not
    event: {type: security.scan_finished, service: cart, findings: {critical: 0, high: 3}, verdict: passed,
            commit: {author: {email: omar@acme.example.com}}}
    expect: {send: {lookout: findings}, mentions: [omar@acme.example.com, warden@acme.example.com]}
  - name: a preview of billing is theirs alone
    event: {type: deployment.finished, service: books, environment: preview, status: succeeded,
            pull_request: {id: 51}}
    expect: {send: {invoices: preview}, grouped: {}, held: {}}
  - name: a gate that stops mentions no admiral
    event: {type: gate.decided, verdict: block, service: cart, environment: staging,
            commit: {author: {email: admiral@acme.example.com}}}
    expect: {send: {harbour: stopped-gate, testers: stopped-gate}, mentions: []}
  - name: a gate that lets through is told as what no rule is for
    event: {type: gate.decided, verdict: allow, service: cart, environment: staging}
    expect: {send: {harbour: unrouted}}
  - name: a robot that succeeds is dropped
    event: {type: deployment.finished, service: cart, environment: staging, status: succeeded,
            commit: {author: {email: "dependabot[bot]@acme.example.com"}}}
    expect: {send: {}, dropped_by: robots}
  - name: a robot that fails is not
    event: {type: deployment.finished, service: cart, environment: staging, status: failed,
            commit: {author: {email: "dependabot[bot]@acme.example.com"}}}
    expect: {dropped_by: null}
  - name: noise is heard by day
    at: "2026-03-11T11:00:00+00:00"
    event: {type: pipeline.started, service: cart}
    expect: {send: {testers: rollout}}
  - name: and not at the weekend
    at: "2026-03-14T11:00:00+00:00"
    event: {type: pipeline.started, service: cart}
    expect: {send: {}, held: {}, dropped_by: null}
"""


def read(text: str = RULES) -> Rulebook:
    return load_rulebook(
        [load(text, "company.yaml")],
        cards=CARDS,
        channel_kinds=["teams-workflow", "console"],
        estate_environments=["dev", "staging", "live", "preview"],
        services=["cart", "books", "invoice-api"],
    )


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return read()


def test_its_trials_pass(book: Rulebook) -> None:
    results = run_trials(book)
    assert {result.name: result.problems for result in results if not result.passed} == {}
    assert len(results) == 22


def test_it_has_no_warnings(book: Rulebook) -> None:
    assert [str(warning) for warning in lint(book)] == []


def test_its_editor_agrees(book: Rulebook) -> None:
    faults = Draft202012Validator(editor_schema(book)).iter_errors(load(RULES, "company.yaml").value)
    assert [fault.message for fault in faults] == []


def waits(book: Rulebook, name: str) -> dict[str, Wait | None]:
    (result,) = [one for one in run_trials(book) if one.name == name]
    return {send.channel: send.wait for send in result.routing.sends}


def test_what_is_held_and_coalesced_waits(book: Rulebook) -> None:
    night = waits(book, "staging at night waits for the testers, and for nobody else")
    assert night["harbour"] is None
    assert night["testers"] is not None
    assert (night["testers"].how, night["testers"].by) == ("hold", "quiet-hours")
    preview = waits(book, "a preview of billing is theirs alone")["invoices"]
    assert preview is not None
    assert preview.how == "coalesce"


def test_what_is_muted_is_recorded(book: Rulebook) -> None:
    (result,) = [one for one in run_trials(book) if one.name == "and not at the weekend"]
    assert result.routing.record()["muted"] == [{"channel": "testers", "rule": "noise", "by": "quiet-hours"}]


def test_the_weekly_rule_is_due_on_tuesday_morning(book: Rulebook) -> None:
    (weekly,) = book.scheduled
    assert (weekly.name, weekly.card) == ("every-week", "week")
    assert weekly.schedule is not None


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (("team], match: {status: failed}", "team], match: {status: stopped}"), "a rollout of billing"),
        (("then: hold", "then: drop"), "staging at night"),
        (('to: "06:30"', 'to: "07:00"'), "at half past six"),
        (("timezone: Europe/Lisbon", "timezone: Europe/Berlin"), "a minute before half past six"),
        (('from: "15:00"', 'from: "17:00"'), "the end of the week"),
        (("multiple_of: 100", "multiple_of: 1000"), "a round build"),
        (("{gt: 2}", "{gt: 3}"), "three are not"),
        (("replace: [invoices]", "add: [invoices]"), "a preview of billing"),
        (("never_mention: [admiral@acme.example.com]", "never_mention: []"), "a gate that stops"),
        (("[allow, unknown]", "[allow, block]"), "a gate that stops"),
        (("*[bot]@*", "*[robot]@*"), "a robot that succeeds"),
    ],
)
def test_its_trials_find_what_is_changed(change: tuple[str, str], broken: str) -> None:
    assert RULES.count(change[0]) == 1
    failed = [result.name for result in run_trials(read(RULES.replace(*change))) if not result.passed]
    assert any(name.startswith(broken) for name in failed)
