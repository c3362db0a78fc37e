#!/bin/sh
# Repairs what `npm run check` complains about and a tool can repair.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PWD/.venv/bin:$PATH"

buf format proto --write
scripts/generate.sh
biome check --write
(cd guest && gofmt -w .)
ruff check --fix --config clients/python/pyproject.toml clients/python scripts examples test/conformance/ways test/e2e
ruff format --config clients/python/pyproject.toml clients/python scripts examples test/conformance/ways test/e2e
