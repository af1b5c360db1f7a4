#!/bin/sh
# Makes this machine able to build and to test: missing Debian packages (as root), and the emulator with its readers in
# build/venv. Says nothing and is quick where everything is there.  tests/setup.sh [build|demo|test|ci]
cd "$(dirname "$0")/.." || exit 1
what=${1:-test}

packages='gcc make pkg-config libcurl4-openssl-dev libssl-dev libjansson-dev libev-dev libsystemd-dev libexpat1-dev'
[ "$what" = build ] || packages="$packages python3 python3-venv ca-certificates tzdata"
# What some tests need beside: without these they say so and are skipped, so a person who is not root gets on.
more='faketime mandoc zsh dpkg-dev mmdebstrap systemd-container'
[ "$what" != test ] || [ "$(id -u)" -ne 0 ] || packages="$packages $more"
[ "$what" != ci ] || packages="$packages $more clang libclang-rt-dev clang-format clang-tidy prometheus"

missing=''
for package in $packages; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=''
    [ "$status" = installed ] || missing="$missing $package"
done
if [ -n "$missing" ] && command -v dpkg-query >/dev/null; then
    if [ "$(id -u)" -ne 0 ]; then
        echo "missing packages; as root: apt-get install -y$missing" >&2
        exit 1
    fi
    echo "installing$missing" >&2
    apt-get update -qq >&2 || echo "apt-get update failed; trying with the lists that are there" >&2
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 || {
        echo "apt-get could not install$missing" >&2
        exit 1
    }
fi
[ "$what" != build ] || exit 0

requirements='moto[server]==5.2.5 boto3 awscli pytest pytest-xdist prometheus_client jsonschema'
stamp=build/venv/.complete
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$requirements" ] && exit 0
mkdir -p build
echo "installing $requirements in build/venv" >&2
[ -x build/venv/bin/python ] || python3 -m venv build/venv || exit 1
# pip takes index, proxy and certificates from its own configuration and environment, as everywhere.
# shellcheck disable=SC2086
build/venv/bin/python -m pip install -q --disable-pip-version-check --no-input $requirements >&2 || {
    echo "pip could not install $requirements; is a package index reachable (pip config, PIP_INDEX_URL)?" >&2
    exit 1
}
printf '%s\n' "$requirements" > "$stamp"
