#!/bin/sh
# Makes .venv and installs the locked dependencies into it, when the lock has changed since the last time.
#   install.sh run   what the program needs
#   install.sh dev   also what the tests need
#   install.sh uv    only the installer itself
# CPU=1 takes the CPU-only builds of torch and torchvision.
set -eu
cd "$(dirname "$0")/.."
UV_VERSION=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' .ci/uv.lock)
want=${1:-run}
cpu=${CPU:-}

find_python() {
    too_old=
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
        command -v "$name" >/dev/null 2>&1 || continue
        version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case $version in
            3.11 | 3.12 | 3.13)
                if "$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then
                    echo "$name"
                    return 0
                fi
                no_venv=$version
                ;;
            *) too_old=$version ;;
        esac
    done
    if [ -n "${no_venv:-}" ]; then
        echo "Python $no_venv is here, but without venv: on Debian and Ubuntu, apt-get install python$no_venv-venv." >&2
    elif [ -n "$too_old" ]; then
        echo "Afterimage needs Python 3.11, 3.12 or 3.13; only $too_old is here." >&2
    else
        echo "Afterimage needs Python 3.11, 3.12 or 3.13, and none is on the PATH." >&2
    fi
    return 1
}

make_venv() {
    if ! [ -x .venv/bin/python ] || ! .venv/bin/python -c '' 2>/dev/null; then
        python=$(find_python)
        echo "Making .venv with $("$python" --version)."
        rm -rf .venv
        "$python" -m venv .venv
    fi
    if [ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ]; then
        .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
            --requirement .ci/uv.lock
    fi
}
if [ "$want" = uv ]; then
    make_venv
    exit 0
fi

# With CPU=1 once, the environment stays the small one until it is asked for otherwise (CPU=0).
stamp=.venv/installed
installed=$(cat "$stamp" 2>/dev/null || true)
if [ -z "$cpu" ]; then
    case $installed in cpu-*) cpu=1 ;; *) cpu=0 ;; esac
fi
if [ "$cpu" = 1 ]; then build=cpu; else build=full; fi
if [ "$want" = dev ]; then lock=requirements-dev.lock; else lock=requirements.lock; fi
sum() { cksum <"$1" | tr ' ' '.'; }
run_stamp="$build-run-$(sum requirements.lock)"
dev_stamp="$build-dev-$(sum requirements.lock)-$(sum requirements-dev.lock)"
[ -x .venv/bin/python ] || installed=
case $installed in
    "$dev_stamp") exit 0 ;;
    "$run_stamp") [ "$want" = dev ] || exit 0 ;;
esac

# The two builds don't mix: another one asked for means another environment.
case $installed in "" | "$build"-*) ;; *) echo "Leaving the other build behind."; rm -rf .venv ;; esac
# Measured with du after an installation: see docs/operations.md.
if [ -z "$installed" ]; then
    case $build-$(uname -s) in
        full-Linux) echo "The environment will take about 6.3 GB (torch with CUDA; 'make run CPU=1': about 1.7 GB)." ;;
        cpu-Linux) echo "The environment will take about 1.7 GB." ;;
        *) echo "The environment will take about 2 GB." ;;
    esac
fi
make_venv
echo "Installing what $lock names …"

if [ "$build" = full ]; then
    # No dependencies: the lock names all of them, but for those that it overrides (see lock.sh).
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps --requirement "$lock"
else
    # The locked hashes are those of the usual builds, so torch and torchvision are taken by version from PyTorch's
    # own index, and the CUDA libraries, which the CPU builds don't ask for, are left out.
    rest=$(mktemp)
    trap 'rm -f "$rest"' EXIT
    awk '/^[a-z]/ { skip = /^(torch|torchvision|triton|nvidia-[a-z0-9-]*|cuda-[a-z-]*)(\[[a-z,]*\])?==/ } !skip' "$lock" >"$rest"
    torch=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$lock")
    vision=$(sed -n 's/^torchvision==\([0-9.]*\).*/\1/p' "$lock")
    if ! .venv/bin/uv pip install --python .venv/bin/python --quiet --torch-backend cpu --no-deps \
        --reinstall-package torch --reinstall-package torchvision "torch==$torch" "torchvision==$vision"; then
        echo "PyTorch's own index, where the CPU-only builds are, can't be reached." >&2
        echo "Either try again where it can, or use 'make run CPU=0': the usual build, about 6.3 GB, also runs on a CPU." >&2
        exit 1
    fi
    .venv/bin/uv pip install --quiet --python .venv/bin/python --require-hashes --no-deps --requirement "$rest"
fi
if [ "$want" = dev ]; then echo "$dev_stamp" >"$stamp"; else echo "$run_stamp" >"$stamp"; fi
