import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nxportal.settings")
_django = get_wsgi_application()

from dialer.inbox.group_writer import GroupWriter  # noqa: E402
from dialer.inbox.wsgi import CallbackMiddleware  # noqa: E402  (models are there once Django is set up)

application = CallbackMiddleware(_django, write=GroupWriter())
