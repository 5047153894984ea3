"""Why a backup or a restore is not made."""


class BackupRefused(Exception):
    """In one sentence, for the operator."""
