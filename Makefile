# Holdall's commands. Python 3.11, pip, venv and make are enough; `make help` lists what there is.

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
OLD_SDK := .cache/sdk-1.32.0
OLD_SDK_LOCK := tests/sdk/requirements-1.32.0.lock
PIP_INSTALL = install --quiet --disable-pip-version-check --require-hashes --no-deps

# Locks must not depend on the maintainer's own package sources.
unexport UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL UV_FIND_LINKS UV_TORCH_BACKEND

.DEFAULT_GOAL := help
.PHONY: help serve test check bench bench-scale screenshots crash fuzz races lock openapi runtime dev old-sdk
MAKEFLAGS += --no-print-directory

# Each lock that was installed is kept in the environment. It is built anew when one of them has changed, so that
# nothing lingers; the development lock holds all that the runtime lock does and is installed on top of it.
define install
	@$(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV)
	@for lock in requirements.lock requirements-dev.lock; do \
		if [ -f $(VENV)/$$lock ] && ! cmp -s $$lock $(VENV)/$$lock; then rm -rf $(VENV); fi; \
	done
	@[ -f $(VENV)/$(1) ] || { \
		echo "Installing $(1) into $(VENV) ..." && \
		{ [ -d $(VENV) ] || $(PYTHON) -m venv $(VENV); } && \
		$(BIN)/python -m pip $(PIP_INSTALL) -r $(1) && \
		cp $(1) $(VENV)/$(1); \
	}
endef

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: runtime ## Run Holdall here until Ctrl-C [ADDRESS=127.0.0.1:8000] [DATA_DIR=./data]
	@exec $(BIN)/python manage.py serve $(if $(ADDRESS),--address '$(ADDRESS)') $(if $(DATA_DIR),--data-dir '$(DATA_DIR)')

test: dev old-sdk ## Run the whole test suite [ARGS=tests/serve]
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

check: export DATA_DIR := $(CURDIR)/.cache/check
check: dev ## Lint, format, types, imports, migrations, system checks, the OpenAPI file
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@PYTHONPATH=. $(BIN)/lint-imports --no-logo
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --fail-level WARNING
	@PUBLIC_BASE_URL=https://objects.example.com $(BIN)/python manage.py check --deploy --fail-level WARNING
	@$(BIN)/python manage.py spectacular --validate --fail-on-warn --file .cache/openapi.yaml
	@diff -u docs/openapi.yaml .cache/openapi.yaml || { echo "docs/openapi.yaml is out of date: run make openapi"; exit 1; }

openapi: dev ## Write docs/openapi.yaml anew
	@DATA_DIR=.cache/check $(BIN)/python manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml

bench: dev ## Measure a real server beside references [ARGS=...]
	@$(BIN)/python -m benchmarks $(ARGS)

bench-scale: dev ## Measure several processes on PostgreSQL beside references [ARGS=--quick]
	@$(BIN)/python -m benchmarks.scale $(ARGS)

screenshots: dev ## Take pictures of every page into .cache/screenshots [ARGS=keys]
	@$(BIN)/python -m tests.screenshots $(ARGS)

fuzz: dev ## Try the API with 20000 generated requests [FUZZ_CASES=20000]
	@FUZZ_CASES=$(or $(FUZZ_CASES),20000) $(BIN)/python -m pytest --timeout 7200 tests/fuzz

races: dev ## Try every race 500 times on PostgreSQL and 100 times on SQLite [RACE_ROUNDS_POSTGRESQL=500] [RACE_ROUNDS_SQLITE=100]
	@REQUIRE_SERVICES=1 RACE_ROUNDS_POSTGRESQL=$(or $(RACE_ROUNDS_POSTGRESQL),500) RACE_ROUNDS_SQLITE=$(or $(RACE_ROUNDS_SQLITE),100) \
		$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal tests/races

crash: dev ## Kill a server 1000 times, several processes 200 times, die at every failpoint 20 times [CRASH_KILLS=1000] [CRASH_SEED=...]
	@CRASH_KILLS=$(or $(CRASH_KILLS),1000) CRASH_KILLS_SCALE_OUT=$(or $(CRASH_KILLS_SCALE_OUT),200) CRASH_ROUNDS=$(or $(CRASH_ROUNDS),20) $(BIN)/python -m pytest -p no:randomly tests/crash

lock: ## Resolve the dependencies anew (needs uv)
	@UV_NO_CONFIG=1 $(UV) lock --quiet
	@UV_NO_CONFIG=1 $(UV) export --quiet --frozen --no-emit-project --no-dev --no-header --output-file requirements.lock
	@UV_NO_CONFIG=1 $(UV) export --quiet --frozen --no-emit-project --no-header --output-file requirements-dev.lock

runtime:
	$(call install,requirements.lock)

dev:
	$(call install,requirements-dev.lock)

# The older client cannot share an environment with the newer one.
old-sdk: dev
	@cmp -s $(OLD_SDK_LOCK) $(OLD_SDK)/installed.lock || { \
		echo "Installing $(OLD_SDK_LOCK) into $(OLD_SDK) ..." && rm -rf $(OLD_SDK) && \
		$(BIN)/python -m pip $(PIP_INSTALL) --target $(OLD_SDK) -r $(OLD_SDK_LOCK) && \
		cp $(OLD_SDK_LOCK) $(OLD_SDK)/installed.lock; \
	}
