#!/bin/sh
# sh bootstrap.sh demo    installs what is missing, builds, and runs a search on generated scenes
# sh bootstrap.sh check   the same, then every check: tests, sanitizers, lint
# sh bootstrap.sh deps    only the packages
set -eu
cd "$(dirname "$0")"

BUILD_PACKAGES="gcc make pkg-config libc6-dev libncurses-dev libmsgpack-dev libpng-dev libjpeg62-turbo-dev
libyajl-dev libcmocka-dev"
CHECK_PACKAGES="clang clang-format clang-tidy mandoc tmux python3-pexpect python3-pyte python3-msgpack ncurses-term
locales-all libclang-rt-14-dev strace"

say() { printf '%s\n' "$*" >&2; }

install_missing() {
    missing=
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || { say "auxcell: these packages are missing:$missing"; exit 1; }
    say "installing:$missing"
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { say "auxcell: not root and no sudo; install them as root and run this again"; exit 1; }
        sudo=sudo
    fi
    log=$(mktemp)
    # shellcheck disable=SC2086
    if ! { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        say "auxcell: the packages could not be installed"
        exit 1
    fi
    rm -f "$log"
}

jobs=$(nproc 2>/dev/null || echo 2)
case ${1:-} in
deps)
    # shellcheck disable=SC2086
    install_missing $BUILD_PACKAGES $CHECK_PACKAGES
    ;;
demo)
    # shellcheck disable=SC2086
    install_missing $BUILD_PACKAGES
    make -j"$jobs" --no-print-directory all >&2
    exec build/release/auxcell demo
    ;;
check)
    # shellcheck disable=SC2086
    install_missing $BUILD_PACKAGES $CHECK_PACKAGES
    sh tests/check.sh
    ;;
*)
    say "usage: sh bootstrap.sh demo|check|deps"
    exit 2
    ;;
esac
