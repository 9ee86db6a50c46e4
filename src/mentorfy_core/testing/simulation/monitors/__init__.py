"""Promises checked after each write. A monitor records and ends the schedule; it never raises."""

from mentorfy_core.testing.simulation.monitors.attempts import AttemptMonitor
from mentorfy_core.testing.simulation.monitors.budget import BudgetMonitor
from mentorfy_core.testing.simulation.monitors.everything import Monitors
from mentorfy_core.testing.simulation.monitors.imports import ImportMonitor
from mentorfy_core.testing.simulation.monitors.rows import RowMonitor
from mentorfy_core.testing.simulation.monitors.visibility import VisibilityMonitor

__all__ = ["AttemptMonitor", "BudgetMonitor", "ImportMonitor", "Monitors", "RowMonitor", "VisibilityMonitor"]
