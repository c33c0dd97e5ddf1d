"""Every setting of the product, read from the environment; nothing needs to be set to try it."""

import hashlib
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry

from .environment import (
    env,
    read_bool,
    read_hosts,
    read_int,
    read_secret_key,
    read_secret_key_fallbacks,
    read_text_encoder,
)

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).expanduser().resolve()

DEBUG = read_bool("DEBUG", False)
SECRET_KEY = read_secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = read_secret_key_fallbacks()
SITE_URL = env.str("SITE_URL", default=f"http://localhost:{env.str('PORT', default='8000')}")
SITE_URL = SITE_URL.rstrip("/")
IS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "studio.apps.StudioConfig",
    "models_app.apps.ModelsAppConfig",
    "inference.apps.InferenceConfig",
    "client_api.apps.ClientApiConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_rq",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "studio.middleware.SecurityHeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "studio.middleware.OutageMiddleware",
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"
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
                "studio.context_processors.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

# --- Database -----------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/studio.sqlite3")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that reads first and writes later cannot be upgraded under WAL
    # once another writer was faster, and dies with "database is locked" whatever the timeout.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Opening one for each request would be a third of what a small request costs.
DATABASES["default"]["CONN_MAX_AGE"] = 60

# --- Accounts -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "studio.User"
LOGIN_URL = "studio:sign_in"
LOGIN_REDIRECT_URL = "studio:home"
LOGOUT_REDIRECT_URL = "studio:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- API ----------------------------------------------------------------------------------------
# Of one key; a hundred scripts that poll each second use all of it.
API_REQUESTS_PER_MINUTE = read_int("API_REQUESTS_PER_MINUTE", 6_000, low=1, high=1_000_000)
# Of one address; keys that work are not counted.
API_WRONG_KEYS_PER_MINUTE = read_int("API_WRONG_KEYS_PER_MINUTE", 60, low=1, high=1_000_000)
# Counts requests, nothing else; of each web process its own.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# --- Security -----------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = read_int("SESSION_DAYS", 14, low=1, high=365) * 86_400
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Requests to other servers ------------------------------------------------------------------
# Those inside the house that webhooks and uploads from addresses may reach.
OUTGOING_ALLOWED_HOSTS = read_hosts("OUTGOING_ALLOWED_HOSTS")
UPLOAD_FROM_URL = read_bool("UPLOAD_FROM_URL", False)

# --- Files --------------------------------------------------------------------------------------
MAX_UPLOAD_BYTES = read_int("MAX_UPLOAD_MB", 500, low=1, high=102_400) * 1024 * 1024
# A field for each of a table's columns, and some more.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_100
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "uploads"
FILE_UPLOAD_HANDLERS = ["studio.upload_handlers.LimitedTemporaryFileHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
EXPORT_LINK_SECONDS = read_int("EXPORT_LINK_SECONDS", 3_600, low=60, high=604_800)
CACHE_DIR = DATA_DIR / "cache"
for _folder in (FILE_UPLOAD_TEMP_DIR, CACHE_DIR):
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "api.static_files.SwaggerFinder",
]
STATIC_ROOT = DATA_DIR / "static"
STORAGE_URL = env.str("STORAGE_URL", default="")
LOCAL_STORAGE: dict[str, object] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": str(DATA_DIR / "files"), "file_permissions_mode": 0o600},
}


def _read_storage(url: str) -> dict[str, object]:
    """`s3://bucket/prefix`; keys and end point come from the usual AWS_* variables."""
    if not url:
        return LOCAL_STORAGE
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket:
        raise ImproperlyConfigured(f"STORAGE_URL is {url!r}; it must look like s3://bucket/prefix.")
    return {
        "BACKEND": "studio.s3_storage.BucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "location": prefix,
            "endpoint_url": env.str("AWS_S3_ENDPOINT_URL", default=None),
            "addressing_style": env.str("AWS_S3_ADDRESSING_STYLE", default="auto"),
            # Without one objects are private; buckets may refuse any, and keys need a right for it.
            "default_acl": None,
            # Names are random: nobody has to ask first whether one is taken.
            "file_overwrite": True,
            "max_memory_size": 8 * 1024 * 1024,
        },
    }


STORAGES = {
    "default": _read_storage(STORAGE_URL),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Jobs ---------------------------------------------------------------------------------------
JOB_LEASE_SECONDS = read_int("JOB_LEASE_SECONDS", 30, low=2, high=600)
JOB_BEAT_SECONDS = JOB_LEASE_SECONDS / 4
RECONCILE_SECONDS = 2
REDIS_URL = env.str("REDIS_URL", default="")


def _socket_path(name: str) -> str:
    """One longer than about 100 bytes is refused by the kernel: fall back to a short one."""
    path = DATA_DIR / name
    if len(str(path)) > 100:
        folder = hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:16]
        path = Path(tempfile.gettempdir()) / f"cleanset-{folder}-{name}"
    return str(path)


VALKEY_SOCKET = _socket_path("valkey.sock")
_redis_options = {
    "retry": Retry(ExponentialWithJitterBackoff(base=0.5, cap=5), 12),
    "health_check_interval": 30,
}


def _read_queue() -> dict[str, object]:
    shared: dict[str, object] = {
        "DEFAULT_TIMEOUT": 86_400,
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "REDIS_CLIENT_KWARGS": _redis_options,
    }
    if not REDIS_URL:
        return shared | {"UNIX_SOCKET_PATH": VALKEY_SOCKET, "DB": 0}
    # Host and port rather than a URL: only then are the retry options above honoured.
    parts = env.url("REDIS_URL")
    if parts.scheme not in {"redis", "rediss", "valkey"} or not parts.hostname:
        raise ImproperlyConfigured("REDIS_URL must look like redis://user:password@host:6379/0.")
    return shared | {
        "HOST": parts.hostname,
        "PORT": parts.port or 6379,
        "DB": int(parts.path.lstrip("/") or 0),
        "USERNAME": parts.username,
        "PASSWORD": parts.password,
        "SSL": parts.scheme == "rediss",
    }


RQ_QUEUES = {name: _read_queue() for name in ("io", "training", "prediction")}
RQ = {"WORKER_CLASS": "studio.worker.JobWorker", "DEFAULT_RESULT_TTL": 0, "FAILURE_TTL": 604_800}
WORKERS = {
    "io": read_int("IO_WORKERS", 1, low=1, high=64),
    "training": read_int("TRAINING_WORKERS", 2, low=1, high=64),
    "prediction": read_int("PREDICTION_WORKERS", 1, low=1, high=64),
}
# Of one training or prediction. More workers use a machine better; other numbers of threads may
# give other last digits.
THREADS_PER_WORKER = read_int("THREADS_PER_WORKER", 1, low=1, high=64)
WEB_THREADS = read_int("WEB_THREADS", 8, low=1, high=64)
DELETED_GRACE_DAYS = read_int("DELETED_GRACE_DAYS", 0, low=0, high=365)

# --- Learning -----------------------------------------------------------------------------------
TEXT_ENCODER = read_text_encoder()

# --- Serving ------------------------------------------------------------------------------------
# The process that keeps predictors loaded; it and the web process find each other by these.
SERVING_SOCKET = _socket_path("serving.sock")
SERVING_TOKEN = env.str("SERVING_TOKEN", default="")
SERVING_THREADS = read_int("SERVING_THREADS", 4, low=1, high=64)
SERVING_MAX_MODELS = read_int("SERVING_MAX_MODELS", 20, low=1, high=10_000)
SERVING_MAX_BYTES = read_int("SERVING_MAX_MB", 1024, low=1, high=1_048_576) * 1024 * 1024

# --- Mail ---------------------------------------------------------------------------------------
# All mail goes through the outbox table; what leaves the house goes on from there by SMTP.
EMAIL_BACKEND = "studio.outbox.OutboxBackend"
EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    _mail = env.email_url("EMAIL_URL")
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = (
        _mail.get("EMAIL_USE_TLS", False),
        _mail.get("EMAIL_USE_SSL", False),
    )
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Cleanset Studio <studio@localhost>")

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
# Off: it would also write separators into ids, links and form values. Pages use |thousands.
USE_THOUSAND_SEPARATOR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"rq": {"level": "WARNING"}, "faiss": {"level": "WARNING"}},
}
