"""Secrets of second factors, kept so that a copy of the database alone makes no codes."""

import base64
import hashlib
import hmac
import logging

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

KEY_CONTEXT = b"holdall.second-factor.1"
logger = logging.getLogger(__name__)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth is not typed
    def encrypt(self, text: str) -> str:
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Where none of the keys opens it, no code is right: passkeys, and operators, help who has only this."""
        try:
            return _box().decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.error("a second factor was kept under a key that is neither SECRET_KEY nor in SECRET_KEY_FALLBACKS")
            return str(generate_totp_secret())


def _box() -> MultiFernet:
    """The first key closes, each of them opens."""
    return MultiFernet([Fernet(_key(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hmac.digest(secret.encode(), KEY_CONTEXT, hashlib.sha256))
