#!/bin/sh
# venv.sh FOLDER REQUIREMENTS: a Python environment with exactly these packages.
set -eu
folder=$1 requirements=$2

# Debian's Python can make no environment before python3-venv is installed; asking for it costs nothing elsewhere.
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends python3-venv >/dev/null
  else
    echo 'python3 cannot make environments: run "apt-get install python3-venv" as root' >&2
    exit 1
  fi
fi

# Debian's pip trusts only certificates of its own, unless told.
if [ -z "${PIP_CERT:-}" ] && [ -n "${ISOL8_TRUST_CA_FILE:-${SSL_CERT_FILE:-}}" ]; then
  export PIP_CERT="${ISOL8_TRUST_CA_FILE:-$SSL_CERT_FILE}"
fi

python3 -m venv --clear "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"
