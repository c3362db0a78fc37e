# Each target is one npm script or one tool, after what it needs has been made. Everything here may be run twice.
# What may run for long is exec'ed, so that a signal to make ends it too.
.DEFAULT_GOAL := help
GRPCURL_VERSION := v1.9.4
NODE := node_modules/.bin/node

.PHONY: help setup demo test bench check serve venv grpcurl clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: node_modules/.made ## Prepare this machine: Docker, the images of the runtimes, the guest
	@exec $(NODE) bin/isol8.js setup

demo: setup ## Start the service and run code in every runtime through gRPC
	@exec $(NODE) examples/demo.ts

test: setup .venv/.made .tools/bin/grpcurl ## Run every test
	go -C guest vet ./...
	go -C guest test -count=1 ./...
	npm run --silent test

bench: setup .venv/.made ## Measure speed and memory against the bare machine; BENCH="--quick warm" for less
	@npm run --silent bench -- $(BENCH)

check: node_modules/.made .venv/.made ## Check formatting, types, generated code and the tree's boundaries
	@npm run --silent check

serve: setup ## Serve on 127.0.0.1:50051 (ISOL8_LISTEN)
	@exec $(NODE) bin/isol8.js serve

venv: .venv/.made ## Make .venv, the Python of the example and the tests

grpcurl: .tools/bin/grpcurl ## Make .tools/bin/grpcurl, to call the service from a shell

clean: ## Remove what was made in this folder; in Docker: bin/isol8 setup --remove
	rm -rf node_modules .venv .tools

node_modules/.made: package.json package-lock.json
	npm ci
	@touch $@

.venv/.made: requirements-dev.txt scripts/venv.sh
	scripts/venv.sh .venv requirements-dev.txt
	@touch $@

.tools/bin/grpcurl:
	GOBIN=$(CURDIR)/.tools/bin go install github.com/fullstorydev/grpcurl/cmd/grpcurl@$(GRPCURL_VERSION)
