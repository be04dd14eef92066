#!/bin/sh
# Runs every test: those of the browser one after the other, beside the rest in two processes.
set -eu
cd "$(dirname "$0")/.."
if [ "$#" -gt 0 ]; then
    exec .venv/bin/pytest "$@"
fi
# A browser waits most of its time, so its tests cost the others little; what they say is shown at the end.
said=$(mktemp)
.venv/bin/pytest -m browser >"$said" 2>&1 &
browser=$!
trap 'kill "$browser" 2>/dev/null || :; rm -f "$said"' EXIT
trap 'exit 130' INT TERM
status=0
# Files in the order of their folders, those with a whole stack before the many small ones. By the number of their
# tests, as pytest-xdist would have it, the longest come last, and the other process waits for them.
.venv/bin/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not browser" || status=$?
echo "The browser's tests:"
wait "$browser" || { code=$?; [ "$code" = 5 ] || status=$code; } # 5: there are none
cat "$said"
exit "$status"
