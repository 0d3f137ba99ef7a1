"""The language of cards: Jinja2's expressions, `if` and `for`, from a closed list of filters, names and calls."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Template, TemplateError, nodes

from app.cards.filters import ALLOWED
from app.cards.sandbox import COUNTED, NOTHING, SANDBOXES, Run
from app.cards.vocabulary import Escaping
from app.kernel.yaml import did_you_mean

MAX_SOURCE = 4096
MAX_FOR = 2
MAX_DEPTH = 40
_TOO_DEEP = "template: nested too deeply"
NAMES = frozenset({"e", "icon", "service", "environment", "mentions", "easter_egg"})
"""What every card may use: the event's flat view, and what the engine lays ready."""

_SYNTAX = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If)
_EXPRESSIONS = (
    *(nodes.Name, nodes.Literal, nodes.Pair, nodes.Keyword, nodes.CondExpr, nodes.Filter, nodes.Test, nodes.Call),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Concat, nodes.Compare, nodes.Operand),
    *(nodes.BinExpr, nodes.UnaryExpr),
)

Text = Callable[[Run, int], str]
"""Makes a text, and gives it back unfinished when it has become longer than so many characters."""
Value = Callable[[Run], Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and the remedy if we know one."""

    message: str
    hint: str = ""


class BadTemplate(Exception):
    """A template that is not of the language."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.fault = Fault(message, hint)


def parse_text(source: str) -> nodes.Template:
    """The tree of a string leaf. Raises BadTemplate."""
    if len(source) > MAX_SOURCE:
        raise BadTemplate(f"a template may have {MAX_SOURCE} characters, this has {len(source)}")
    try:
        tree = SANDBOXES["plain"].parse(source)
    except TemplateError as error:
        raise BadTemplate(f"template: {error.message}") from None
    except (RecursionError, MemoryError):
        raise BadTemplate(_TOO_DEEP) from None
    every(tree)
    return tree


def every(tree: nodes.Node) -> list[nodes.Node]:
    """The nodes of a tree, the outermost first. Raises BadTemplate when it is too deep.

    Jinja's own `find_all` passes each node up through all that are around it: half of a load of the cards.
    """
    found: list[nodes.Node] = []
    level = [tree]
    for _ in range(MAX_DEPTH):
        found += level
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return found
    raise BadTemplate(_TOO_DEEP)


def parse_value(source: str) -> nodes.Expr:
    """The tree of the expression of a `$when` or `$each`. Raises BadTemplate."""
    tree = parse_text("{{" + source + "}}")
    match tree.body:
        case [nodes.Output(nodes=[nodes.Expr() as expression])] if not isinstance(expression, nodes.TemplateData):
            return expression
    raise BadTemplate("expected one expression", "write it without {{ }}")


def check(tree: Collection[nodes.Node], names: Collection[str]) -> Iterator[Fault]:
    """Everything among the nodes of a tree that the language does not have, names that nobody defines included."""
    known = {*names, "range", "loop"}
    known.update(node.name for node in tree if isinstance(node, nodes.Name) and node.ctx == "store")
    for node in tree:
        if not isinstance(node, _SYNTAX + _EXPRESSIONS):
            yield Fault(f"a card cannot use `{type(node).__name__.lower()}`", "there are if, for and expressions")
        elif isinstance(node, nodes.Name):
            if node.name not in known:
                yield Fault(f"unknown name {node.name!r}", did_you_mean(node.name, known - {"loop"}))
        else:
            yield from _check_node(node)


def _check_node(node: nodes.Node) -> Iterator[Fault]:
    if isinstance(node, nodes.Filter) and node.name not in ALLOWED:
        yield Fault(f"unknown filter {node.name!r}", did_you_mean(str(node.name), ALLOWED))
    elif isinstance(node, nodes.Test) and node.name not in SANDBOXES["plain"].tests:
        yield Fault(f"unknown test {node.name!r}", did_you_mean(str(node.name), SANDBOXES["plain"].tests))
    elif isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        yield Fault(f"names do not begin with an underscore: {node.attr!r}")
    elif isinstance(node, nodes.Call) and not _may_be_called(node.node):
        yield Fault("a card cannot call this", "there are range(n) and {…}.get(key, otherwise)")
    elif isinstance(node, nodes.For):
        if node.recursive:
            yield Fault("a loop cannot be recursive")
        if _for_depth(node) > MAX_FOR:
            yield Fault(f"more than {MAX_FOR} loops inside each other")


def _may_be_called(called: nodes.Expr) -> bool:
    if isinstance(called, nodes.Name):
        return called.name == "range"
    return isinstance(called, nodes.Getattr) and called.attr == "get" and isinstance(called.node, nodes.Dict)


def _for_depth(node: nodes.Node) -> int:
    inner = max((_for_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.For)


def path_of(node: nodes.Node) -> tuple[str, ...] | None:
    """`e.commit.sha` as its names, or None for any other expression."""
    if isinstance(node, nodes.Name):
        return (node.name,)
    if isinstance(node, nodes.Getattr):
        outer = path_of(node.node)
        return (*outer, node.attr) if outer else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        outer = path_of(node.node)
        return (*outer, node.arg.value) if outer else None
    return None


def compile_text(source: str, tree: nodes.Template, kind: Escaping) -> Text:
    """A text and its checked tree as a function that makes it. Raises BadTemplate.

    Most are compiled when they are first rendered: that is half of a load of the rules, and most cards are rare. They
    are parsed again then, since a tree takes a hundred times the memory of its text.
    """
    if _may_not_compile(tree):
        return _compile_text(tree, kind)
    return _on_first_use(lambda: _compile_text(parse_text(source), kind))


def _compile_text(tree: nodes.Template, kind: Escaping) -> Text:
    begin = tree.body[0] if tree.body else None
    if kind == "url" and isinstance(begin, nodes.Output) and not isinstance(begin.nodes[0], nodes.TemplateData):
        # A leaf that begins with a value begins with a whole URL, not with a piece of one.
        begin.nodes[0] = nodes.Filter(begin.nodes[0], "url", [], [], None, None)
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None)
    return _compile(tree, kind)


def _may_not_compile(tree: nodes.Node) -> bool:
    """Whether there is what Jinja finds only while it compiles: a loop over `loop`, a keyword given twice."""
    return any(isinstance(node, nodes.For | nodes.Keyword) for node in every(tree))


def _on_first_use(make: Callable[[], Text]) -> Text:
    made: Text | None = None

    def text(run: Run, longest: int) -> str:
        nonlocal made
        made = made or make()
        return made(run, longest)

    return text


def compile_value(expression: nodes.Expr) -> Value:
    """A checked expression as a function of a run. Raises BadTemplate."""
    path = path_of(expression)
    if path is not None:
        return _look_up(path)
    return _compile(nodes.Template([nodes.ExprStmt(expression)], lineno=1), "plain")


def _look_up(path: tuple[str, ...]) -> Value:
    """What Jinja would find, ten times quicker: most conditions are a plain path."""

    first, *rest = path

    def value(run: Run) -> Any:
        found: Any = run.names.get(first, NOTHING)
        for name in rest:
            if type(found) is not dict:
                return NOTHING
            found = found.get(name, NOTHING)
        return found

    return value


def _compile(tree: nodes.Template, kind: Escaping) -> Callable[..., Any]:
    sandbox = SANDBOXES[kind]
    tree.set_environment(sandbox)
    for node in every(tree):
        node.lineno = node.lineno or 1
    try:
        code = sandbox.compile(tree)
        return Template.from_code(sandbox, code, {}).root_render_func
    except TemplateError as error:
        raise BadTemplate(f"template: {error.message}") from None
    except (SyntaxError, RecursionError, MemoryError):
        raise BadTemplate(_TOO_DEEP) from None
