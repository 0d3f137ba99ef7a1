"""Where expressions run: they see plain data and nothing behind it, and their work is bounded without a clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import ChainableUndefined, Undefined, pass_context
from jinja2.exceptions import SecurityError
from jinja2.nodes import EvalContext
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from app.cards import escape
from app.cards.code import Code
from app.cards.escape import Safe
from app.cards.filters import ALLOWED, THROUGH
from app.cards.vocabulary import Escaping

MAX_RANGE = 1000
MAX_TURNS = 10_000
"""How many turns all loops of one card may take together."""
MAX_LEAF = 8192
"""Characters of one rendered text; what is longer is cut and the card says so."""
_MAX_BITS = 4096
_MAX_TEXT = 65_536

_LOOP = frozenset({"index", "index0", "revindex", "first", "last", "length"})


class Absent(ChainableUndefined):
    """What an event does not say: false, empty, in no order with anything; so is every part and sum of it."""

    __slots__ = ()

    def _no(self, other: Any) -> bool:
        return False

    def _same(self, other: Any) -> "Absent":
        return self

    __lt__ = __le__ = __gt__ = __ge__ = _no  # type: ignore[assignment]
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _same  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _same  # type: ignore[assignment]


NOTHING = Absent()


class Names(dict[str, Any]):
    """The names that a card may use; for any other what stands for none in Jinja."""

    def __missing__(self, name: str) -> Any:
        return missing


class Run(Context):
    """One rendering of one card: the names that it may use, and what is counted on the way."""

    def __init__(self, names: dict[str, Any], *, cut: int, drop: int, longest: int) -> None:
        # Not Context's own __init__: a card has no blocks, exports nothing and sets no variable.
        self.environment, self.eval_ctx = _PLAIN, _PLAINLY
        self.parent = self.names = Names(names, range=_range)
        self.cut, self.drop, self.longest = cut, drop, longest
        self.turns = 0
        self.missing = 0
        self.shortened = False

    def turn(self) -> None:
        """Count one turn of any loop. Raises SecurityError after MAX_TURNS."""
        self.turns += 1
        if self.turns > MAX_TURNS:
            raise SecurityError(f"loops take more than {MAX_TURNS} turns")


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2 that reaches keys and items of data but no attribute of any object, and multiplies within bounds."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})
    code_generator_class = Code
    nothing = NOTHING
    through = THROUGH
    safe = Safe

    def __init__(self, write: Callable[[str], str]) -> None:
        """`write` is how a text from outside is written into this kind of place."""
        super().__init__(autoescape=False, undefined=Absent, finalize=_finalize(write), cache_size=0)
        self.write = write
        self.filters = {**ALLOWED, COUNTED: _counted}
        self.globals = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict):
            found = obj.get(attribute, NOTHING)
            return obj.get if found is NOTHING and attribute == "get" else found
        if isinstance(obj, LoopContext) and attribute in _LOOP:
            return getattr(obj, attribute)
        return NOTHING

    def getitem(self, obj: Any, argument: Any) -> Any:
        if not isinstance(obj, dict | list | tuple | str):
            return NOTHING
        try:
            return obj[argument]
        except (LookupError, TypeError):
            return NOTHING

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        for side in (left, right):
            if not isinstance(side, int | float | str | list | tuple | Undefined):
                raise SecurityError(f"{operator} does not work on this")
        _bounded(operator, left, right)
        return super().call_binop(context, operator, left, right)


def _bounded(operator: str, left: Any, right: Any) -> None:
    """Raises SecurityError when the result would be too large to be made."""
    if isinstance(left, str) and operator == "%":
        raise SecurityError("% does not format texts here")
    if operator == "**":
        size = _bits(left) * (abs(right) if isinstance(right, int | float) else 1)
    elif operator == "*":
        factor = next((side for side in (left, right) if isinstance(side, int)), 1)
        size = max(_length(left), _length(right)) * abs(factor) / (_MAX_TEXT / _MAX_BITS)
        size = max(size, _bits(left) + _bits(right))
    else:
        size = (_length(left) + _length(right)) / (_MAX_TEXT / _MAX_BITS)
    if size > _MAX_BITS:
        raise SecurityError(f"the result of {operator} is too large")


def _bits(value: Any) -> int:
    return value.bit_length() if isinstance(value, int) else 64


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | list | tuple) else 0


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if len(found) > MAX_RANGE:
        raise SecurityError(f"range is longer than {MAX_RANGE}")
    return found


@pass_context
def _counted(run: Run, items: Any) -> Iterator[Any]:
    """What every `for` of a leaf goes over: the same items, each counted."""
    for item in items if isinstance(items, Iterable) else ():
        run.turn()
        yield item


_NUMBERS = (int, float)
_UNSAID = (Undefined, Mapping)


def _finalize(write: Callable[[str], str]) -> Callable[[Run, Any], str]:
    """How a value becomes text in one kind of place."""

    @pass_context
    def finalize(run: Run, value: Any) -> str:
        if type(value) is str:
            return write(value)
        if isinstance(value, Safe):
            return value
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, _NUMBERS):
            return write(_digits(value) if isinstance(value, float) else str(value))
        if value is None or isinstance(value, _UNSAID):
            run.missing += 1
            return ""
        if isinstance(value, list | tuple):
            return ", ".join(finalize(run, item) for item in value)
        return write(str(value))

    return finalize


def _digits(number: float) -> str:
    return str(int(number)) if number.is_integer() else f"{number:.6g}"


COUNTED = "_counted"
"""The filter that the compiler puts round the items of every `for`; no template can name it."""

SANDBOXES: Mapping[Escaping, Sandbox] = {
    "markdown": Sandbox(escape.markdown),
    "url": Sandbox(escape.url_part),
    "plain": Sandbox(escape.plain),
}
_PLAIN = SANDBOXES["plain"]
_PLAINLY = EvalContext(_PLAIN)
