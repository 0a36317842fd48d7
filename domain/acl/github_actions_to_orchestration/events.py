"""The events that start a workflow, and the activity types that each may be narrowed to.

Source: "Events that trigger workflows", docs.github.com, read 2026-11.
"""

_NO_TYPES: tuple[str, ...] = ()
_PULL_REQUEST = (
    "assigned", "unassigned", "labeled", "unlabeled", "opened", "edited", "closed", "reopened", "synchronize",
    "converted_to_draft", "ready_for_review", "locked", "unlocked", "milestoned", "demilestoned", "review_requested",
    "review_request_removed", "auto_merge_enabled", "auto_merge_disabled", "enqueued", "dequeued",
)  # fmt: skip
_CHANGES = ("created", "edited", "deleted")

TYPES: dict[str, tuple[str, ...]] = {
    "branch_protection_rule": _CHANGES,
    "check_run": ("created", "rerequested", "completed", "requested_action"),
    "check_suite": ("completed", "requested", "rerequested"),
    "create": _NO_TYPES,
    "delete": _NO_TYPES,
    "deployment": _NO_TYPES,
    "deployment_status": _NO_TYPES,
    "discussion": (
        "created", "edited", "deleted", "transferred", "pinned", "unpinned", "labeled", "unlabeled", "locked",
        "unlocked", "category_changed", "answered", "unanswered", "closed", "reopened",
    ),
    "discussion_comment": _CHANGES,
    "fork": _NO_TYPES,
    "gollum": _NO_TYPES,
    "image_version": _NO_TYPES,
    "issue_comment": _CHANGES,
    "issues": (
        "opened", "edited", "deleted", "transferred", "pinned", "unpinned", "closed", "reopened", "assigned",
        "unassigned", "labeled", "unlabeled", "locked", "unlocked", "milestoned", "demilestoned", "typed", "untyped",
    ),
    "label": _CHANGES,
    "merge_group": ("checks_requested", "destroyed"),
    "milestone": ("created", "closed", "opened", "edited", "deleted"),
    "page_build": _NO_TYPES,
    "project": ("created", "updated", "closed", "reopened", "edited", "deleted"),
    "project_card": ("created", "moved", "converted", "edited", "deleted"),
    "project_column": ("created", "updated", "moved", "deleted"),
    "public": _NO_TYPES,
    "pull_request": _PULL_REQUEST,
    "pull_request_review": ("submitted", "edited", "dismissed"),
    "pull_request_review_comment": _CHANGES,
    "pull_request_target": _PULL_REQUEST,
    "push": _NO_TYPES,
    "registry_package": ("published", "updated"),
    "release": ("published", "unpublished", "created", "edited", "deleted", "prereleased", "released"),
    "repository_dispatch": _NO_TYPES,
    "schedule": _NO_TYPES,
    "status": _NO_TYPES,
    "watch": ("started",),
    "workflow_call": _NO_TYPES,
    "workflow_dispatch": _NO_TYPES,
    "workflow_run": ("requested", "completed", "in_progress"),
}  # fmt: skip
"""Event → its activity types; those of `repository_dispatch` are the sender's own words."""

DEFAULT_TYPES = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
"""Where leaving `types` out does not mean all of them."""

BY_EVENT_ONLY = {
    "pull_request": (
        "pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment",
    ),
    "issue": ("issues", "issue_comment"),
    "comment": ("issue_comment", "discussion_comment", "pull_request_review_comment"),
    "review": ("pull_request_review",),
    "release": ("release",),
    "inputs": ("workflow_dispatch",),
    "client_payload": ("repository_dispatch",),
    "workflow_run": ("workflow_run",),
    "merge_group": ("merge_group",),
    "check_run": ("check_run",),
    "check_suite": ("check_suite",),
    "deployment": ("deployment", "deployment_status"),
    "discussion": ("discussion", "discussion_comment"),
    "label": ("label", "issues", "discussion", "pull_request", "pull_request_target"),
    "schedule": ("schedule",),
    "commits": ("push",),
    "head_commit": ("push",),
    "before": ("push", "pull_request", "pull_request_target"),
    "after": ("push", "pull_request", "pull_request_target"),
    "number": ("pull_request", "pull_request_target"),
}  # fmt: skip
"""Key of `github.event` → the events that carry it: with any other event it is null, and that is known."""

ON_DEFAULT_BRANCH = (
    "branch_protection_rule", "check_run", "check_suite", "delete", "discussion", "discussion_comment", "fork",
    "gollum", "issue_comment", "issues", "label", "milestone", "public", "repository_dispatch", "schedule", "status",
    "watch", "workflow_run",
)  # fmt: skip
"""Events whose workflows run on the default branch, whatever they are about."""

ON_TAG = ("release",)
"""Events whose workflows run on a tag."""
