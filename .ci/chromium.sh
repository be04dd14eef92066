#!/bin/sh
# Gets the system's Chromium for the browser tests where that needs no questions; says so where it does not.
set -eu
for name in ${AFTERIMAGE_TEST_CHROMIUM:-} chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; fi
fi
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; }; then
    echo "Installing Chromium for the browser tests …"
    if $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "No Chromium on the PATH: the browser tests are skipped. Install it, or set AFTERIMAGE_TEST_CHROMIUM."
