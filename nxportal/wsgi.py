import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nxportal.settings")
_django = get_wsgi_application()

from dialer.intake import Intake  # noqa: E402  (models are there once Django is set up)
from dialer.intake_writer import GroupWriter  # noqa: E402

application = Intake(_django, keep=GroupWriter())
