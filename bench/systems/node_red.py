"""Node-RED 5 with one flow: take the webhook, answer 202, ask 50 rules, post a card. It keeps everything in memory.

It does less than Shipbell does: no signature, no repeats told apart, nothing kept, a smaller card.
"""

import json
from typing import Any

from bench.bodies import bitbucket
from bench.processes import Command
from bench.rulebook import RULES
from bench.systems import PEERS, Place, System
from bench.systems.python_peers import PATH, SECRET

_HOME = PEERS / "npm" / "node_modules"
_RULES = r"""
const refusing = [
  number => ({service}) => service === `service-${number}`,
  number => { const ref = new RegExp(`^release/${number}-`); return ({status}) => ref.test(status.refname); },
  number => { const mail = new RegExp(`<team-${number}\\..*@example\\.com>`);
              return ({status}) => mail.test(status.commit.author.raw); },
  number => { const name = new RegExp(`^acme/team-${number}-`);
              return ({repository}) => name.test(repository.full_name); },
  number => ({status}) => status.state === "FAILED" || status.commit.message.includes(`[hotfix-${number}]`),
];
const rules = Array.from({length: RULES - 1}, (_, number) => refusing[number % refusing.length](number));
rules.push(({status}) => status.state === "SUCCESSFUL");
context.set("rules", rules);
"""
_CARD = """
const status = msg.payload.commit_status;
const told = {status, repository: msg.payload.repository, service: msg.payload.repository.name};
if (!context.get("rules").filter(rule => rule(told)).length) return null;
const seconds = (Date.parse(status.updated_on) - Date.parse(status.created_on)) / 1000;
const facts = {
  Repository: msg.payload.repository.full_name, Branch: status.refname, Commit: status.commit.hash.slice(0, 12),
  Message: status.commit.message.split("\\n")[0], Duration: seconds + " s",
};
const card = {
  type: "AdaptiveCard", version: "1.4",
  body: [
    {type: "TextBlock", text: status.name + ": " + status.state, weight: "Bolder", wrap: true},
    {type: "FactSet", facts: Object.entries(facts).map(([title, value]) => ({title, value}))},
  ],
  actions: [{type: "Action.OpenUrl", title: "Pipeline", url: status.url}],
};
const contentType = "application/vnd.microsoft.card.adaptive";
msg.payload = {type: "message", attachments: [{contentType, content: card}]};
msg.headers = {};
return msg;
"""


def node_red() -> System | None:
    """None when it is not set up."""
    package = _HOME / "node-red" / "package.json"
    node = _HOME / ".bin" / "node"
    if not package.exists() or not node.exists():
        return None
    node_version = json.loads((_HOME / "node" / "package.json").read_text())["version"]
    ran = f"Node-RED {json.loads(package.read_text())['version']} on Node {node_version}"
    return System("Node-RED 5", ran, bitbucket(PATH, SECRET), _command)


def _command(place: Place) -> Command:
    settings = {
        "uiPort": place.port,
        "uiHost": "127.0.0.1",
        "httpAdminRoot": False,
        "flowFile": "flows.json",
        "credentialSecret": False,
        "telemetry": {"enabled": False, "updateNotification": False},
        "logging": {"console": {"level": "warn", "metrics": False, "audit": False}},
    }
    (place.folder / "settings.js").write_text(f"module.exports = {json.dumps(settings)};\n")
    (place.folder / "flows.json").write_text(json.dumps(_flow(f"http://127.0.0.1:{place.sink}/")))
    argv = [
        str(_HOME / ".bin" / "node"),
        str(_HOME / "node-red" / "red.js"),
        "--settings",
        str(place.folder / "settings.js"),
        "--userDir",
        str(place.folder),
    ]
    return Command(argv, place.port, "/ready", {"NODE_ENV": "production"}, place.folder)


def _flow(sink: str) -> list[dict[str, Any]]:
    def node(name: str, kind: str, to: list[str], **more: Any) -> dict[str, Any]:
        # Without a place on the canvas Node-RED takes a node for a piece of configuration.
        place = {"z": "flow", "x": 0, "y": 0}
        return {"id": name, "type": kind, "name": name, "wires": [to] if to else [], **place, **more}

    return [
        {"id": "flow", "type": "tab", "label": "bench"},
        node("hook", "http in", ["taken", "card"], url=PATH, method="post", upload=False),
        node("taken", "http response", [], statusCode="202", headers={}),
        node(
            "card", "function", ["send"], func=_CARD, initialize=_RULES.replace("RULES", str(RULES)), outputs=1, libs=[]
        ),
        node("send", "http request", ["end"], method="POST", ret="txt", url=sink, persist=True),
        node("end", "function", [], func="return null;", outputs=0, libs=[]),
        node("ready", "http in", ["yes"], url="/ready", method="get", upload=False),
        node("yes", "http response", [], statusCode="200", headers={}),
    ]
