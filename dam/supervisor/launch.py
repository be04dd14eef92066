"""What runs inside a child: `python -m dam.supervisor.launch PARENT_PID ALIVE_LOCK COMMAND …`.

Any management command becomes a good child this way, without knowing of the supervisor: it ends when its parent
does, and its log lines look like everybody's.
"""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from dam.config import config
from dam.supervisor.log import log_to_stderr
from dam.supervisor.tether import tether


def main(arguments: list[str]) -> None:
    """Tie this process to its parent and run the command."""
    parent_pid, alive_lock, *command = arguments
    tether(int(parent_pid), alive_lock=Path(alive_lock))
    log_to_stderr(config().env.log_level)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dam.settings")
    execute_from_command_line(["manage.py", *command])


if __name__ == "__main__":
    main(sys.argv[1:])
