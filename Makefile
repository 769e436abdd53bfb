# The project's doors. Everything works on a fresh Debian with Python 3.11, make and the package registries.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   ?= .venv
BIN     = $(VENV)/bin
export CONGDOAN_HOME ?= $(CURDIR)/var
ifdef DATABASE_URL
export DATABASE_URL
endif
TESTS  ?= tests
MEMBERS ?= 100000

.PHONY: setup demo serve test check bench browser lock assets clean

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh tools/setup.sh

demo: setup
	@$(BIN)/congdoan demo

serve: setup
	@$(BIN)/congdoan serve

browser:
	@sh tools/browser.sh

test: setup browser
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/congdoan manage makemigrations --check --dry-run

bench: setup
	@$(BIN)/congdoan bench --members $(MEMBERS)

lock: setup
	@$(BIN)/pip install --quiet pip-tools
	@$(BIN)/pip-compile --quiet --extra dev --extra bench --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --strip-extras --no-header --no-annotate \
	  --allow-unsafe -o requirements.lock pyproject.toml

assets:
	@sh tools/assets.sh

clean:
	rm -rf var .mypy_cache .ruff_cache .pytest_cache .hypothesis
