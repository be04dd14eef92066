#!/bin/sh
# Writes the two lock files: exact versions with hashes, for every supported system, naming no index.
set -eu
cd "$(dirname "$0")/.."
UV_NO_CONFIG=1
export UV_NO_CONFIG
compile() {
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@"
}
compile pyproject.toml --output-file requirements.lock
# The second takes the first as a constraint, so that the tests run with what users run.
compile pyproject.toml --group dev --constraint requirements.lock --output-file requirements-dev.lock
