"""Django's settings, from `dam.config`: short on purpose."""

import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

from dam.config import config
from dam.secret import secret_key
from dam.supervisor.log import log_to_stderr

_config = config()
_env = _config.env

if not logging.getLogger().handlers:
    # A command at a terminal: answers on standard output, and what went wrong on standard error.
    log_to_stderr("WARNING" if _env.log_level == "INFO" else _env.log_level)

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = secret_key(_config.places.run)
DEBUG = _env.debug
# Names, not addresses: a page elsewhere can't reach us by rebinding its own host name to 127.0.0.1.
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *filter(None, _env.allowed_hosts.split(","))]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "dam.catalog",
    "indexer",
    "search",
]
MIDDLEWARE = [
    "search.api.errors.ApiErrorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "search.access.PasswordMiddleware",
]
ROOT_URLCONF = "dam.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
WSGI_APPLICATION = "dam.wsgi.application"


def _database() -> dict[str, object]:
    """SQLite (IMMEDIATE + WAL: no lock error with six writers, many without), or PostgreSQL."""
    if _env.database_url:
        url = urlsplit(_env.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            "CONN_HEALTH_CHECKS": True,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": _config.places.database,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-64000;",
        },
        # A file, as in use: Django's default, one in memory, has other locks than a file has.
        "TEST": {"NAME": _config.places.data / "test-catalogue.sqlite3"},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
SESSION_COOKIE_NAME = "afterimage_session"
CSRF_COOKIE_NAME = "afterimage_csrf"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "media-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
APPEND_SLASH = True
