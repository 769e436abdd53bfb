"""The door for the web server: each request is one short, synchronous conversation with the database."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "congdoan.config.settings")

from django.core.wsgi import get_wsgi_application

from congdoan.config.server import settle

application = get_wsgi_application()
settle()
