from nxportal.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.callback_peer"
