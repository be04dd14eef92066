#!/bin/sh
# Runs every test: the browser tests one after the other, the rest in two processes.
set -eu
cd "$(dirname "$0")/.."
if [ "$#" -gt 0 ]; then
    exec .venv/bin/pytest "$@"
fi
status=0
.venv/bin/pytest -n 2 --dist loadfile -m "not browser" || status=$?
.venv/bin/pytest -m browser || { code=$?; [ "$code" = 5 ] || status=$code; } # 5: there are none
exit "$status"
