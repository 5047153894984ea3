"""The nouns."""

from objects_app.models.accounts import Account, Membership, Role, User
from objects_app.models.audit import AuditEvent, AuditSeal
from objects_app.models.counts import ObjectCount
from objects_app.models.exports import ExportRun
from objects_app.models.invitations import Invitation
from objects_app.models.jobs import Job, JobRun
from objects_app.models.keys import ApiKey, KeyNetwork, KeyUse
from objects_app.models.objects import MetadataPair, OpenUpload, State, StoredObject
from objects_app.models.promotions import Promotion
from objects_app.models.refusals import RefusalFlood
from objects_app.models.requests import IdempotencyRecord

__all__ = [
    "Account",
    "ApiKey",
    "AuditEvent",
    "AuditSeal",
    "ExportRun",
    "IdempotencyRecord",
    "Invitation",
    "Job",
    "JobRun",
    "KeyNetwork",
    "KeyUse",
    "Membership",
    "MetadataPair",
    "ObjectCount",
    "OpenUpload",
    "Promotion",
    "RefusalFlood",
    "Role",
    "State",
    "StoredObject",
    "User",
]
