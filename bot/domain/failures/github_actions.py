"""What mibot attempts at GitHub. The values are stored."""

from __future__ import annotations

from enum import StrEnum


class GitHubAction(StrEnum):
    """One kind of request to GitHub. It names no branch, path or title: those can name customers."""

    # Issues.
    READ_ISSUE = "read_issue"
    LIST_ISSUES = "list_issues"
    OPEN_ISSUE = "open_issue"
    EDIT_ISSUE = "edit_issue"
    READ_EDIT_HISTORY = "read_edit_history"
    LABEL_ISSUE = "label_issue"
    READ_COMMENTS = "read_comments"
    WRITE_COMMENT = "write_comment"
    EDIT_COMMENT = "edit_comment"
    ADD_REACTION = "add_reaction"

    # The deployment repository's files and branches.
    READ_DEPLOYMENT_REPOSITORY = "read_deployment_repository"
    LIST_FILES = "list_files"
    READ_FILE = "read_file"
    READ_BRANCH = "read_branch"
    READ_TAGS = "read_tags"
    READ_HISTORY = "read_history"
    COMPARE_BRANCHES = "compare_branches"
    WRITE_TREE = "write_tree"
    WRITE_COMMIT = "write_commit"
    CREATE_BRANCH = "create_branch"
    MOVE_BRANCH = "move_branch"

    # Pull requests.
    READ_PULL_REQUEST = "read_pull_request"
    LIST_PULL_REQUESTS = "list_pull_requests"
    OPEN_PULL_REQUEST = "open_pull_request"
    CLOSE_PULL_REQUEST = "close_pull_request"
    EDIT_PULL_REQUEST = "edit_pull_request"
    LABEL_PULL_REQUEST = "label_pull_request"
    READ_REVIEWS = "read_reviews"
    READ_PULL_REQUEST_COMMENTS = "read_pull_request_comments"
    WRITE_PULL_REQUEST_COMMENT = "write_pull_request_comment"
    EDIT_PULL_REQUEST_COMMENT = "edit_pull_request_comment"

    # Checks.
    READ_CHECK_RUNS = "read_check_runs"
    READ_COMMIT_STATUSES = "read_commit_statuses"
    READ_BRANCH_PROTECTION = "read_branch_protection"
    READ_BRANCH_RULES = "read_branch_rules"
    FIND_CHECK_RUN = "find_check_run"
    CREATE_CHECK_RUN = "create_check_run"
    UPDATE_CHECK_RUN = "update_check_run"

    # Workflows.
    START_WORKFLOW = "start_workflow"
    READ_WORKFLOW_RUN = "read_workflow_run"
    LIST_WORKFLOW_RUNS = "list_workflow_runs"
    READ_WORKFLOW_JOBS = "read_workflow_jobs"
    READ_WORKFLOW = "read_workflow"
    READ_WORKFLOW_FILE = "read_workflow_file"

    # The App, its installations, and teams.
    READ_APP = "read_app"
    FIND_INSTALLATION = "find_installation"
    CREATE_TOKEN = "create_token"  # noqa: S105 - an action, not a password
    READ_WEBHOOK = "read_webhook"
    READ_DELIVERIES = "read_deliveries"
    READ_LABEL = "read_label"
    READ_REPOSITORY = "read_repository"
    READ_PERMISSION = "read_permission"
    READ_TEAM = "read_team"
    READ_TEAM_MEMBERS = "read_team_members"

    # Upstream.
    READ_UPSTREAM_TAGS = "read_upstream_tags"
    READ_UPSTREAM_COMPOSE_FILE = "read_upstream_compose_file"
