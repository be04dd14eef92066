"""The product's settings on a data folder of their own: set before they are read, so no test touches a user's."""

import os
import tempfile

os.environ["AFTERIMAGE_DATA"] = tempfile.mkdtemp(prefix="afterimage-tests-")
os.environ["AFTERIMAGE_OFFLINE"] = "1"

from dam.settings import *  # noqa: F403 - only now
