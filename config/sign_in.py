"""The settings of signing in and of mail; settings.py takes all of them over."""

from datetime import timedelta

from config import mail, oidc
from config.environment import text, words

# E-mail address and password, by allauth
AUTHENTICATION_BACKENDS = [
    "objects_app.web.sign_in.LockingBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_ADAPTER = "objects_app.web.sign_in.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "objects_app.web.sign_in_forms.SignInForm",
    "change_password": "objects_app.web.sign_in_forms.ChangePasswordForm",
    "reset_password_from_key": "objects_app.web.sign_in_forms.NewPasswordForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]  # AccountAdapter adds the provider for who has no password
ACCOUNT_RATE_LIMITS = {
    "login": "50/10m/ip",
    "login_failed": "5/5m/key",  # codes of the second factor; passwords are counted by axes
}

# Who guesses is locked out by axes
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=10)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "email"
AXES_USERNAME_CALLABLE = "objects_app.web.sign_in.guessed_email"
AXES_CLIENT_IP_CALLABLE = "objects_app.web.sign_in.address_of"
AXES_LOCKOUT_CALLABLE = "objects_app.web.sign_in.say_wait"
AXES_SENSITIVE_PARAMETERS = ["login", "email", "username", "ip_address"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Second steps and passkeys
MFA_ADAPTER = "objects_app.web.second_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {"add_webauthn": "objects_app.web.sign_in_forms.AddPasskeyForm"}
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Holdall"

# A provider of the operator's own
OIDC_ISSUER_URL = oidc.check_issuer(text("OIDC_ISSUER_URL"))
OIDC_NAME = text("OIDC_NAME", default="single sign-on")
OIDC_ALLOWED_DOMAINS = [domain.lower() for domain in words("OIDC_ALLOWED_DOMAINS")]
SOCIALACCOUNT_ADAPTER = "objects_app.web.single_sign_on.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = oidc.providers(
    OIDC_ISSUER_URL, OIDC_NAME, client_id=text("OIDC_CLIENT_ID"), secret=text("OIDC_CLIENT_SECRET")
)

# Mail, which nothing needs: without EMAIL_URL links are shown to copy
EMAIL_URL = text("EMAIL_URL")
EMAIL_FROM = text("EMAIL_FROM")
MAIL_IS_ON = bool(EMAIL_URL)
MAIL = mail.server(EMAIL_URL)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_IS_ON else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL.is_tls, MAIL.starts_tls
EMAIL_TIMEOUT = 10
