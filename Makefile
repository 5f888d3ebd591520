# dmpworks: the few commands a person needs. `make demo` and `make test` set
# everything up by themselves.
SHELL := /bin/bash
PRESET ?= dev
JOBS ?= $(shell nproc)
export DMPWORKS_CACHE_DIR ?= $(CURDIR)/.cache

.PHONY: help setup build test test-services demo bench fuzz docs golden format lint image-test clean
help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: ## Install packages and the pinned libduckdb
	@tools/setup

build: setup ## Build the release program: build/release/dmpworks
	@cmake --preset release >/dev/null
	@cmake --build build/release -j $(JOBS)

test: setup ## Build with ASan and UBSan, run all tests
	@tools/setup-venv sqlmesh-0.236.4 tests/sqlmesh/requirements.txt
	@tools/setup-venv botocore-1.44.5 tests/batch/requirements.txt
	@tools/setup-s3proxy
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build build/$(PRESET) -j $(JOBS)
	@tools/check-layers
	@# One more than cores: some tests mostly wait.
	@ctest --test-dir build/$(PRESET) --no-tests=error --output-on-failure -j $$(($(JOBS) + 1)) -LE services

test-services: setup ## Run the tests that need a real S3 server (versitygw) or a browser (Chromium)
	@tools/setup-services
	@tools/setup-venv cfn-lint-1.58.0 tests/infra/requirements.txt
	@$(DMPWORKS_CACHE_DIR)/cfn-lint-1.58.0/bin/cfn-lint infra/batch.yaml
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build build/$(PRESET) -j $(JOBS)
	@ctest --test-dir build/$(PRESET) --no-tests=error --output-on-failure -j $$(($(JOBS) + 1)) -L services

demo: build ## Make a labelled world, run the whole job, show the report
	@tools/demo

fuzz: setup ## Run every fuzzer 10 minutes (FUZZ_SECONDS, FUZZ_JOBS)
	@tools/fuzz

bench: setup ## Build the benchmarks (bench/README.md says how to run them)
	@cmake --preset bench >/dev/null
	@cmake --build build/bench -j $(JOBS)

docs: ## Write docs/cli from the program's help (dev build), docs/models.md from the models
	@tools/model-docs
	@cmake --preset $(PRESET) >/dev/null
	@cmake --build build/$(PRESET) -j $(JOBS) --target dmpworks
	@tools/cli-docs build/$(PRESET)/dmpworks docs/cli

golden: docs ## Write the expectations of tests/cli anew; read the diff
	@tools/golden build/$(PRESET)/dmpworks

format: ## Format the sources
	@git ls-files 'src/*.h' 'src/*.cpp' 'fuzz/*.cpp' | xargs clang-format-14 -i

image-test: ## Build the image of Dockerfile.aws with buildah and try it (root; 20 minutes of two cores)
	@tools/image-test

lint: ## clang-format and clang-tidy, warnings are errors
	@tools/lint

clean: ## Remove build output (the cache of fetched files stays)
	@rm -rf build
