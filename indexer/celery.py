"""The Celery application: it carries wake-up calls, never work; what is left to do stands in the database.

Without a broker the transport is memory inside the worker's own process, and no server is needed. With one, any
number of workers may share a PostgreSQL catalogue. Losing every message costs half a second: each worker also
looks for due rows by itself (`indexer.worker`).
"""

import hashlib

from celery import Celery
from kombu import Exchange, Queue

from dam.config import Config, config

_MESSAGE_LIVES_S = 30  # a wake-up call that nobody took is pointless: workers look by themselves


def queue_name(settings: Config) -> str:
    """Return a name of its own for each catalogue, so that two may share one broker without waking each other."""
    catalogue = settings.env.database_url or str(settings.places.database)
    return f"afterimage.{hashlib.blake2s(catalogue.encode(), digest_size=6).hexdigest()}"


def make_app(settings: Config) -> Celery:
    """Return the application for these settings."""
    name = queue_name(settings)
    app = Celery("afterimage", broker=settings.env.broker_url or "memory://localhost/", include=["indexer.tasks"])
    app.conf.update(
        task_queues=[Queue(name, Exchange(name, type="direct"), routing_key=name, expires=24 * 3600.0, durable=True)],
        task_default_queue=name,
        task_default_exchange=name,
        task_default_routing_key=name,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],  # a pickled message is refused, not run
        task_publish_retry=False,  # a call that can't be sent is not worth waiting for
        task_default_delivery_mode="transient",
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_connection_timeout=4.0,
        broker_transport_options={"socket_connect_timeout": 4.0, "socket_timeout": 10.0}
        if settings.env.broker_url.startswith("redis")
        else {},
    )
    return app


MESSAGE_LIVES_S = _MESSAGE_LIVES_S
app = make_app(config())
