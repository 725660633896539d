"""GitHub Actions of one repository, in memory: the emulated GitHub has its routes, but no workflow and no runner."""

from demo.actions.model import WORKFLOW, Actions
from demo.actions.runs import STEPS, Workflow, WorkflowRun
from demo.actions.table import container_table

__all__ = ["STEPS", "WORKFLOW", "Actions", "Workflow", "WorkflowRun", "container_table"]
