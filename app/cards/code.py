"""Jinja's code generator, with what most values are decided where they stand: plain dicts and texts.

What is neither goes the way that Jinja writes, through the sandbox. A text is made by one call, not yielded in pieces.
"""

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, optimizeconst
from jinja2.runtime import exported

from app.cards.filters import THROUGH


class Code(CodeGenerator):
    """Writes `root(context, longest)` for a text and `root(context)` for an expression.

    A text that has become longer than `longest` characters is given back as it is then. `t` is the value at hand: it
    is read before anything else can be put there.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        """What does not depend on the run stands outside of the function."""
        self.writeline(f"from jinja2.runtime import {', '.join(exported)}")
        self.writeline("undefined, cond_expr_undefined = environment.undefined, Undefined")
        self.writeline("finalize, write = environment.finalize, environment.write")
        self.writeline("NOTHING, THROUGH, Safe = environment.nothing, environment.through, environment.safe")
        self.pull_dependencies(node.body)
        self.writeline("name, blocks, debug_info = None, {}, ''")
        inner = Frame(nodes.EvalContext(self.environment, self.name))
        inner.symbols.analyze_node(node)
        inner.toplevel = inner.rootlevel = True
        is_text = node.find(nodes.ExprStmt) is None
        self.writeline("def root(context, longest):" if is_text else "def root(context):")
        self.indent()
        self.writeline("found, resolve = '', context.names.__getitem__")
        self.enter_frame(inner)
        self.blockvisit(node.body, inner)
        self.writeline("return found")
        self.outdent()

    def visit_ExprStmt(self, node: nodes.ExprStmt, frame: Frame) -> None:
        """The only statement of a function that finds a value."""
        self.writeline("return ")
        self.visit(node.node, frame)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        """The next pieces of a text."""
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                self.writeline(f"found += {child.data!r}")
            else:
                self.writeline("found += write(t) if type(t := ")
                self.visit(child, frame)
                self.write(") is str else t if type(t) is Safe else finalize(context, t)")
            self.writeline("if len(found) > longest: return found")

    @optimizeconst
    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:
        """A key of a dict; `get` may be its method, which is for the sandbox to say."""
        if node.attr == "get":
            super().visit_Getattr(node, frame)
            return
        self.write(f"(t.get({node.attr!r}, NOTHING) if type(t := ")
        self.visit(node.node, frame)
        self.write(f") is dict else environment.getattr(t, {node.attr!r}))")

    @optimizeconst
    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:
        """What is absent passes through most filters as it is."""
        if node.name not in THROUGH or node.node is None:
            super().visit_Filter(node, frame)
            return
        self.write("(t if (t := ")
        self.visit(node.node, frame)
        self.write(f") is None or isinstance(t, Undefined) else THROUGH[{node.name!r}](t")
        self.signature(node, frame)
        self.write("))")

    @optimizeconst
    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        """`{…}.get(key, otherwise)` of a dict that stands in the card."""
        if not isinstance(node.node, nodes.Getattr):
            super().visit_Call(node, frame)
            return
        self.write("dict.get(")
        self.visit(node.node.node, frame)
        self.signature(node, frame)
        self.write(")")
