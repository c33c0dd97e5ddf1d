# `make up` and `make test` carry a newcomer; `make help` lists the rest.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# scikit-learn's copy of OpenMP, linked by the install step where the system has none.
export LD_LIBRARY_PATH := $(CURDIR)/$(VENV)/openmp:$(LD_LIBRARY_PATH)
PIP_OPTIONS := --quiet --disable-pip-version-check
PIP := $(BIN)/python -m pip $(PIP_OPTIONS)

.DEFAULT_GOAL := help

.PHONY: help
help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=…"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	@echo "Installing the pinned dependencies into $(VENV) …"
	@$(PIP) install --no-deps --require-hashes -r requirements.txt
	@$(BIN)/python studio/supervision/openmp.py $(VENV)/openmp
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@echo "Installing the development tools into $(VENV) …"
	@$(PIP) install --no-deps --require-hashes -r requirements-dev.txt
	@touch $@

# The official client needs other versions than the product, so it has an environment of its own.
CLIENT := $(VENV)/client
$(CLIENT)/.installed: tests/client_api/requirements.txt | $(BIN)/python
	@echo "Installing the official client into $(CLIENT) …"
	@$(BIN)/python -m venv $(CLIENT)
	@$(CLIENT)/bin/python -m pip install $(PIP_OPTIONS) --no-deps --require-hashes -r $<
	@touch $@

.PHONY: install
install: $(VENV)/.runtime

.PHONY: up
up: install  ## Start everything (PORT=8000, DATA_DIR=./var)
	@exec $(BIN)/python manage.py up

.PHONY: demo
demo: install  ## Walk the whole flow on a shipped sample, without a browser
	@DATA_DIR=$${DATA_DIR:-$(CURDIR)/var/demo} $(BIN)/python manage.py demo

.PHONY: check
check: $(VENV)/.dev  ## Format, lint, types, import directions, migrations, deployment settings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy automl studio models_app inference client_api api
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory check-django

.PHONY: check-django
check-django: export DATA_DIR := $(CURDIR)/$(VENV)/check-data
check-django: $(VENV)/.dev
	$(BIN)/python manage.py makemigrations --check --dry-run
	SITE_URL=https://studio.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

.PHONY: browser
browser: $(VENV)/.dev
	@$(BIN)/python tests/browser/install_chromium.py

# Two processes share the cores: threads that spin while they wait would take them from each other.
test test-slow: export OMP_NUM_THREADS := 1
test test-slow: export OPENBLAS_NUM_THREADS := 1
test test-slow: export OMP_WAIT_POLICY := PASSIVE
.PHONY: test test-slow test-all
test: $(VENV)/.dev $(CLIENT)/.installed browser  ## Tests with the real queue, workers, SMTP, Chromium, client
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"
test-slow: $(VENV)/.dev $(CLIENT)/.installed browser  ## The rest: most scripts of the official client, all of schemathesis
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m slow
test-all: test test-slow  ## Both

.PHONY: bench-smoke
bench-smoke: install  ## Print the figures of the main job (BENCH_DATA=folder of data sets)
	@$(BIN)/python benchmarks/smoke.py

BENCH_SUITES := bench-tabular bench-text bench-multilabel bench-regression bench-scale

.PHONY: $(BENCH_SUITES)
bench-tabular: ## Compare the learning core with its peers (docs/benchmarks.md)
bench-text: ## The same on texts
bench-multilabel: ## The same on sets of labels
bench-regression: ## The same where labels are numbers
bench-scale: ## Memory and speed on a million rows and 100,000 texts
$(BENCH_SUITES): install
	@$(BIN)/python -m benchmarks.automl.run $(@:bench-%=%)

.PHONY: bench-serving
bench-serving: install  ## Prediction speed of full and serving ensembles, and of texts
	@$(BIN)/python -m benchmarks.automl.serving

.PHONY: bench-synchronous
bench-synchronous: install  ## Latency of single rows at 20 requests a second
	@$(BIN)/python -m benchmarks.synchronous

.PHONY: bench-client
bench-client: install $(CLIENT)/.installed  ## How long predict() of the official client takes
	@$(BIN)/python -m benchmarks.client_predict

.PHONY: bench-upload
bench-upload: install $(CLIENT)/.installed  ## What an upload of a gigabyte by the official client costs the web server
	@$(BIN)/python -m benchmarks.client_upload

.PHONY: bench-issues
bench-issues: install  ## How well wrong labels are found, where the true ones are known
	@$(BIN)/python -m benchmarks.automl.issues
	@$(BIN)/python -m benchmarks.automl.issues_at_scale

.PHONY: bench-review
bench-review: install  ## How fast the review pages through a million rows
	@$(BIN)/python -m benchmarks.review

.PHONY: bench-reanalysis
bench-reanalysis: install  ## What an analysis of the next version costs, with 1 % of the rows corrected
	@$(BIN)/python -m benchmarks.reanalysis

.PHONY: bench-predictions
bench-predictions: install  ## Files of up to a million rows, from the upload to the predictions
	@$(BIN)/python -m benchmarks.predictions

.PHONY: bench-publish
bench-publish: install  ## Keep the peers' results in the repository, so that none has to run twice
	@$(BIN)/python -m benchmarks.automl.results

.PHONY: bench-peers
bench-peers: install  ## Install the peers that benchmarks compare with (BENCH_PEERS=…)
	@$(BIN)/python -m benchmarks.automl.peers.environments

.PHONY: transformer
transformer: install  ## Add what fine-tunes a transformer (README: CPU builds of torch)
	@$(PIP) install $$($(BIN)/python -c 'import tomllib; from pathlib import Path; \
		print(*tomllib.loads(Path("pyproject.toml").read_text()) \
		["project"]["optional-dependencies"]["transformer"])')

.PHONY: lock
lock: $(VENV)/.dev  ## Pin the dependencies of pyproject.toml anew, with hashes
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-header pyproject.toml -o requirements.txt
	$(BIN)/python -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-header pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/python -m uv --no-config pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-header tests/client_api/requirements.in -o tests/client_api/requirements.txt

.PHONY: format
format: $(VENV)/.dev  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: clean
clean:  ## Remove the environment and caches (not the data)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
