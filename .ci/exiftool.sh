#!/bin/sh
# Gets the system's ExifTool, which writes metadata, for the tests where that needs no questions; says so where it
# does not.
set -eu
command -v exiftool >/dev/null 2>&1 && exit 0
as_root=
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then as_root="sudo -n"; fi
fi
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || [ -n "$as_root" ]; }; then
    echo "Installing ExifTool for the tests …"
    if $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends libimage-exiftool-perl >/dev/null; then
        exit 0
    fi
fi
echo "No ExifTool on the PATH: the tests that write metadata are skipped. Install it (libimage-exiftool-perl)."
