"""Settings, read from the environment. The table of all of them: docs/settings.md."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from congdoan.config.embedded import django_database, ensure_database, home
from congdoan.config.secrets import load_or_make

BASE_DIR = Path(__file__).resolve().parents[1]
HOME = home()
HOME.mkdir(parents=True, exist_ok=True)


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, "1" if default else "0").strip().lower() in {"1", "true", "yes", "on"}


def _list(name: str, default: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def _origin(url: str) -> list[str]:
    """Scheme and host of an address, as a policy names them; nothing for no address."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.scheme and parts.netloc else []


DEBUG = _flag("CONGDOAN_DEBUG", False)
#: Secure cookies, HSTS and the redirect to HTTPS. Off only for a browser on this very machine.
HTTPS = _flag("CONGDOAN_HTTPS", False)
SECRET_KEY = os.environ.get("CONGDOAN_SECRET_KEY") or load_or_make(HOME / "secret-key", 50)
#: Encrypts identity numbers and other sensitive fields; the blind index for matching is derived from it.
FIELD_KEY = os.environ.get("CONGDOAN_FIELD_KEY") or load_or_make(HOME / "field-key", 43)
#: Keys that sign members' cards (registry.cards.codes); empty: one derived from the key above.
CARD_KEYS = os.environ.get("CONGDOAN_CARD_KEYS", "")
#: Digital signatures (registry.joining.actions.signing): the folder of certificates to trust, and whether lists of revoked
#: ones are looked at ("lists"), must be there ("require") or not ("off").
SIGNING = {
    "roots": os.environ.get("CONGDOAN_SIGNING_ROOTS", ""),
    "revocation": os.environ.get("CONGDOAN_SIGNING_REVOCATION", "lists").strip().lower(),
}
ALLOWED_HOSTS = _list("CONGDOAN_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = _list("CONGDOAN_ORIGINS", "")

FLOORS = [
    "congdoan.kit",
    "congdoan.foundation.accounts",
    "congdoan.foundation.audit",
    "congdoan.foundation.catalogues",
    "congdoan.foundation.units",
    "congdoan.foundation.access",
    "congdoan.foundation.measures",
    "congdoan.foundation.files",
    "congdoan.foundation.papers",
    "congdoan.foundation.jobs",
    "congdoan.foundation.approvals",
    "congdoan.foundation.messaging",
    "congdoan.foundation.imports",
    "congdoan.foundation.listing",
    "congdoan.foundation.succession",
    "congdoan.foundation.tokens",
    "congdoan.registry.organisation",
    "congdoan.registry.enterprises",
    "congdoan.registry.people",
    "congdoan.registry.membership",
    "congdoan.registry.reorganisation",
    "congdoan.registry.joining",
    "congdoan.registry.founding",
    "congdoan.registry.fieldwork",
    "congdoan.registry.cards",
    "congdoan.registry.committees",
    "congdoan.registry.proceedings",
    "congdoan.registry.selfservice",
    "congdoan.work.indicators",
    "congdoan.work.plans",
    "congdoan.work.reports",
    "congdoan.work.returns",
    "congdoan.work.briefings",
    "congdoan.faces.office",
    "congdoan.faces.api",
    "congdoan.faces.portal",
]
INSTALLED_APPS = [
    *FLOORS,
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "congdoan.config.limits.UploadLimitMiddleware",
    "congdoan.config.limits.UnreadableMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "congdoan.foundation.accounts.middleware.SessionTraceMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "congdoan.foundation.access.middleware.ActorMiddleware",
]
ROOT_URLCONF = "congdoan.config.urls"
WSGI_APPLICATION = "congdoan.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "congdoan.faces.office.context.frame",
            ],
        },
    }
]

DATABASES = {"default": django_database(ensure_database())}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "vi"
# Vietnamese whatever the browser asks for: an officer with an English browser reads the same words.
LANGUAGES = [("vi", "Tiếng Việt")]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True
# Numbers and dates are written by the kit's own filters; Django's formats would add a second opinion.
USE_THOUSAND_SEPARATOR = False

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "congdoan.foundation.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "20/m/ip,5/m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[congdoan] "
ACCOUNT_FORMS = {
    "login": "congdoan.foundation.accounts.forms.LoginForm",
    "change_password": "congdoan.foundation.accounts.forms.ChangePasswordForm",
    "set_password": "congdoan.foundation.accounts.forms.SetPasswordForm",
    "reset_password": "congdoan.foundation.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "congdoan.foundation.accounts.forms.ResetPasswordKeyForm",
    "reauthenticate": "congdoan.foundation.accounts.forms.ReauthenticateForm",
}
MFA_ADAPTER = "congdoan.foundation.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "congdoan.foundation.accounts.forms.CodeForm",
    "reauthenticate": "congdoan.foundation.accounts.forms.CodeAgainForm",
    "activate_totp": "congdoan.foundation.accounts.forms.ActivateCodeForm",
    "add_webauthn": "congdoan.foundation.accounts.forms.AddKeyForm",
    "edit_webauthn": "congdoan.foundation.accounts.forms.EditKeyForm",
}
#: Behind a proxy of one's own the visitor's address is the last one it wrote into X-Forwarded-For.
BEHIND_PROXY = _flag("CONGDOAN_BEHIND_PROXY", False)
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "congdoan"
# Passkeys ask for HTTPS and a host name, never an address; on this machine alone (localhost) a browser lets them
# work without HTTPS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
USERSESSIONS_TRACK_ACTIVITY = True
#: Single sign-on by OpenID Connect (VNeID, a province's SSO): one provider, by settings alone.
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "sso",
                "name": os.environ.get("CONGDOAN_OIDC_NAME", "SSO"),
                "client_id": os.environ["CONGDOAN_OIDC_CLIENT_ID"],
                "secret": os.environ.get("CONGDOAN_OIDC_SECRET", ""),
                "settings": {"server_url": os.environ.get("CONGDOAN_OIDC_URL", "")},
            }
        ]
        if os.environ.get("CONGDOAN_OIDC_CLIENT_ID")
        else []
    }
}
SOCIALACCOUNT_ONLY = False
# Single sign-on finds the account by the email that the provider has verified; it never makes one.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_STORE_TOKENS = False

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "files"},
    },
    "staticfiles": {"BACKEND": "congdoan.kit.static_files.RememberedStaticFiles"},
}
MEDIA_ROOT = HOME / "files"
WHITENOISE_USE_FINDERS = DEBUG

#: Uploads over this are refused with a sentence before anything is parsed.
UPLOAD_LIMIT_BYTES = int(os.environ.get("CONGDOAN_UPLOAD_LIMIT_MB", "100")) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 12 * 3600
#: Without "keep me signed in" the session ends with the browser; either way after so many hours.
SESSION_SAVE_EVERY_REQUEST = False
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = False
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        # Browsers also mind where a form's answer leads: for single sign-on, to the provider.
        "form-action": ["'self'", *_origin(os.environ.get("CONGDOAN_OIDC_URL", ""))],
        "frame-ancestors": ["'none'"],
    }
}

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache"}}

EMAIL_BACKEND = os.environ.get("CONGDOAN_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = os.environ.get("CONGDOAN_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("CONGDOAN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("CONGDOAN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("CONGDOAN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("CONGDOAN_SMTP_TLS", False)
DEFAULT_FROM_EMAIL = os.environ.get("CONGDOAN_EMAIL_FROM", "congdoan@localhost")

#: Ways out for notices. Each is off until its server is named; all are bound by one time limit, in seconds.
MESSAGING = {
    "site": os.environ.get("CONGDOAN_SITE", "").rstrip("/"),
    "timeout": float(os.environ.get("CONGDOAN_MESSAGE_TIMEOUT", "15")),
    "email": bool(os.environ.get("CONGDOAN_EMAIL_BACKEND")),
    "webhook_url": os.environ.get("CONGDOAN_WEBHOOK_URL", ""),
    "webhook_secret": os.environ.get("CONGDOAN_WEBHOOK_SECRET", ""),
    "zalo_app_id": os.environ.get("CONGDOAN_ZALO_APP_ID", ""),
    "zalo_app_secret": os.environ.get("CONGDOAN_ZALO_APP_SECRET", ""),
    "zalo_refresh_token": os.environ.get("CONGDOAN_ZALO_REFRESH_TOKEN", ""),
    "zalo_template": os.environ.get("CONGDOAN_ZALO_TEMPLATE", ""),
    "zalo_url": os.environ.get("CONGDOAN_ZALO_URL", "https://business.openapi.zalo.me/message/template"),
    "zalo_token_url": os.environ.get(
        "CONGDOAN_ZALO_TOKEN_URL", "https://oauth.zaloapp.com/v4/oa/access_token"
    ),
    "smpp_host": os.environ.get("CONGDOAN_SMPP_HOST", ""),
    "smpp_port": int(os.environ.get("CONGDOAN_SMPP_PORT", "2775")),
    "smpp_user": os.environ.get("CONGDOAN_SMPP_USER", ""),
    "smpp_password": os.environ.get("CONGDOAN_SMPP_PASSWORD", ""),
    "smpp_sender": os.environ.get("CONGDOAN_SMPP_SENDER", ""),
    "smpp_tls": _flag("CONGDOAN_SMPP_TLS", False),
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": os.environ.get("CONGDOAN_LOG_LEVEL", "WARNING")},
}
