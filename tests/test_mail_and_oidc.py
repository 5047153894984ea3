"""How the mail server and the OpenID Connect provider are named."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import mail, oidc


def test_a_mail_server_is_named_by_one_url():
    assert mail.server("smtp+tls://me%40example.com:p%2Fw@mail.example.com") == mail.MailServer(
        host="mail.example.com", port=587, user="me@example.com", password="p/w", starts_tls=True
    )
    assert mail.server("smtps://mail.example.com:2465") == mail.MailServer(
        host="mail.example.com", port=2465, is_tls=True
    )


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://h:x", "smtp://[::1"])
def test_what_names_no_mail_server_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        mail.server(url)


@pytest.mark.parametrize("url", ["id.example.com", "ftp://id.example.com", "https://", "https://[::1"])
def test_what_names_no_issuer_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="OIDC_ISSUER_URL"):
        oidc.check_issuer(url)


def test_a_provider_needs_an_id_and_a_secret():
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID"):
        oidc.providers("https://id.example.com", "Example", client_id="c", secret="")


def test_without_an_issuer_there_is_no_provider():
    assert oidc.providers(oidc.check_issuer(""), "Example", client_id="c", secret="s") == {}
