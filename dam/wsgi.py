"""The web server's entry."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")
application = get_wsgi_application()

from search.saved.pins_watch import watch_in_background  # noqa: E402 - as below
from search.warm import warm_in_background  # noqa: E402 - needs the settings, as everything of Django does

warm_in_background()
watch_in_background()
