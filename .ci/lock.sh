#!/bin/sh
# Writes the two lock files: exact versions with hashes, for every supported system, naming no index.
set -eu
cd "$(dirname "$0")/.."
UV_NO_CONFIG=1
export UV_NO_CONFIG
# RapidOCR asks for the opencv with windows, which needs libGL and would lie over the headless one that we use: its
# demand is overridden, and the lock is installed as it is (see install.sh).
overrides=$(mktemp)
trap 'rm -f "$overrides"' EXIT
echo "opencv-python ; sys_platform == 'never'" >"$overrides"
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --override "$overrides" --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml --output-file requirements.lock
# The second takes the first as a constraint, so that the tests run with what users run.
compile pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
