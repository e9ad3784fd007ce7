"""The portal's settings, made fast and unable to reach a provider."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_OWN_SERVER = not os.environ.get("DATABASE_URL")
os.environ.setdefault("DJANGO_SECRET_KEY", "for-tests-only")
os.environ.setdefault("PORTAL_FIELD_KEY", "field-key-for-tests-only")
os.environ["PORTAL_VAR_DIR"] = os.environ.get("PORTAL_TEST_VAR_DIR", str(_ROOT / "var" / "test"))
# Whatever the machine's environment or .env says, a forgotten mock must not be able to dial.
for _name in ("BASE_URL", "TASK_BASE_URL"):
    os.environ[f"NXCLOUD_{_name}"] = "https://provider.invalid"
os.environ |= {
    "NXCLOUD_ACCESS_KEY": "test-key",
    "NXCLOUD_ACCESS_SECRET": "test-secret",
    "NXCLOUD_WEBHOOK_TOKEN": "test-token",
    "NXCLOUD_WEBHOOK_PATH": "test-path-0000001",
    "NXCLOUD_SIGN_ALGORITHM": "md5",
    "AICC_BASE_URL": "https://provider.invalid",
    "AICC_APP_KEY": "test-app-key",
    "AICC_APP_SECRET": "test-app-secret",
    "AICC_CALLBACK_KEY": "test-callback-key-1",
    "AICC_WEBHOOK_PATH": "test-path-0000002",
    "CCGATEWAY_BASE_URL": "https://provider.invalid/agentgateway/resource",
    "PORTAL_PUBLIC_URL": "http://127.0.0.1:8000",
}

from nxportal.settings import *  # noqa: E402, F403
from nxportal.settings import DATABASES, STATIC_ROOT, TEMPLATES  # noqa: E402

if _OWN_SERVER:
    # The data of a test run may be lost, so nothing waits for the disk. xdist's processes share this server.
    import psycopg

    _server = DATABASES["default"]
    with psycopg.connect(host=_server["HOST"], user="postgres", dbname="postgres", autocommit=True) as _connection:
        for _setting in ("fsync", "synchronous_commit", "full_page_writes"):
            _connection.execute(f"ALTER SYSTEM SET {_setting} = off")
        _connection.execute("ALTER SYSTEM SET max_connections = 200")
        _connection.execute("SELECT pg_reload_conf()")
    os.environ["DATABASE_URL"] = f"postgresql://postgres@/nxportal?host={_server['HOST']}"

DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["OPTIONS"]["debug"] = True
ACCOUNT_RATE_LIMITS = False
PORTAL_RETRY_SECONDS = 0
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
