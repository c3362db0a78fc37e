#!/bin/sh
# Everything that must hold before a commit. `npm run fix` repairs what a tool can repair.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/node_modules/.bin:$PWD/.venv/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

step() {
  printf '%s\n' "check: $1"
}

step 'biome'
biome ci --error-on-warnings

step 'tsc'
tsc

step 'knip'
knip

step 'buf lint, format'
buf lint
buf format proto --diff --exit-code

# Against main where it is another commit, otherwise against the commit before this one: a clone may have one branch,
# or one commit.
base=HEAD
for candidate in main origin/main HEAD~1; do
  if git rev-parse --verify --quiet "$candidate^{commit}" >/dev/null &&
    [ "$(git rev-parse "$candidate")" != "$(git rev-parse HEAD)" ]; then
    base=$candidate
    break
  fi
done
step "buf breaking, against $base"
mkdir "$scratch/base"
git archive "$base" | tar -x -C "$scratch/base"
buf breaking proto --against "$scratch/base/proto"

step 'generated code'
scripts/generate.sh "$scratch/generated"
for folder in gen guest/gen clients/python/src/isol8/v1; do
  diff -r -x __pycache__ "$folder" "$scratch/generated/$folder" || {
    echo "check: $folder differs from its source: npm run generate" >&2
    exit 1
  }
done

step 'go'
for module in guest test/fake-guest test/bench/spawner; do
  (cd "$module" && go vet ./... && test -z "$(gofmt -l . | tee -a /dev/stderr)")
done

step 'python'
ruff check --config clients/python/pyproject.toml clients/python scripts examples test/bench test/conformance/ways test/e2e
ruff format --check --config clients/python/pyproject.toml clients/python scripts examples test/bench test/conformance/ways test/e2e
mypy --config-file clients/python/pyproject.toml
