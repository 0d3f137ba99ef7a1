"""What a rule book would have sent on past events, and what a change of it would change. It sends nothing."""

from app.routing.backtest.backtest import Backtest
from app.routing.backtest.report import report, shown

__all__ = ["Backtest", "report", "shown"]
