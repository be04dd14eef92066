# Afterimage. `make run` starts it, `make test` tests it; `make help` lists the rest.
# Written for GNU make 3.81 (macOS) and later; needs Python 3.11 or later with venv, and nothing else.
SHELL := /bin/sh
PORT =
HOST =
MEDIA =
CPU =
ARGS =
N = 1000000
DIM = 512
PY = .venv/bin/python

.PHONY: help run test check format lock bench bench-search clean

help:
	@echo "make run [MEDIA=~/Pictures] [PORT=8008] [HOST=127.0.0.1] [CPU=1]   start everything"
	@echo "make test     install what the tests need, and run them all"
	@echo "make check    format, lint, types, import layers"
	@echo "make format   format the code"
	@echo "make lock     write requirements.lock and requirements-dev.lock anew"
	@echo "make bench    measure on this machine"
	@echo "make bench-search [N=1000000] [DIM=512]   measure a search among so many vectors"
	@echo "make clean    remove the environment and caches (never the data folder)"

run:
	@CPU="$(CPU)" sh .ci/install.sh run
	@$(PY) manage.py run $(if $(MEDIA),--media "$(MEDIA)") $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)") $(ARGS)

test:
	@CPU="$(CPU)" sh .ci/install.sh dev
	@sh .ci/chromium.sh
	@sh .ci/exiftool.sh
	@sh .ci/test.sh $(ARGS)

check:
	@CPU="$(CPU)" sh .ci/install.sh dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

format:
	@CPU="$(CPU)" sh .ci/install.sh dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

lock:
	@CPU="$(CPU)" sh .ci/install.sh uv
	@sh .ci/lock.sh

bench:
	@CPU="$(CPU)" sh .ci/install.sh dev
	$(PY) -m tests.bench $(ARGS)

bench-search:
	@CPU="$(CPU)" sh .ci/install.sh dev
	$(PY) -m tests.bench --only many --vectors $(N) --dimensions $(DIM) $(ARGS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
