"""The row classes of the first app, one file a concern."""

from .accounts import Membership, Role, SignInLink, User, Workspace
from .api_keys import ApiKey
from .candidate_runs import CandidateRun
from .datasets import Dataset, FeatureFile
from .files import StoredFile
from .imports import DecisionImport
from .jobs import Job
from .mail import OutboxMessage
from .projects import Cleanset, DecisionEvent, Project, RowDecision, RowTag
from .webhooks import Webhook, WebhookDelivery, WebhookEvent

__all__ = [
    "ApiKey",
    "CandidateRun",
    "Cleanset",
    "Dataset",
    "DecisionEvent",
    "DecisionImport",
    "FeatureFile",
    "Job",
    "Membership",
    "OutboxMessage",
    "Project",
    "Role",
    "RowDecision",
    "RowTag",
    "SignInLink",
    "StoredFile",
    "User",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
    "Workspace",
]
