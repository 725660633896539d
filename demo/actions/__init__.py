"""GitHub Actions of one repository, in memory. The emulator has the routes, but no workflows and no runners."""

from demo.actions.container_report import container_table
from demo.actions.model import WORKFLOW, Actions
from demo.actions.rest import ActionsApi
from demo.actions.runs import STEPS, Workflow, WorkflowRun

__all__ = ["STEPS", "WORKFLOW", "Actions", "ActionsApi", "Workflow", "WorkflowRun", "container_table"]
