#!/bin/sh
# sh bootstrap.sh demo        installs what is missing, builds, and runs a search on generated scenes
# sh bootstrap.sh check       the same, then every test
# sh bootstrap.sh check-all   the same, then lint, another compiler and the tests under sanitizers
# sh bootstrap.sh deps        only the packages, for all of these
set -eu
cd "$(dirname "$0")"

# a|b: two names of one package, the newer name first
BUILD_PACKAGES="gcc make pkg-config libc6-dev libncurses-dev libmsgpack-c-dev|libmsgpack-dev libpng-dev libjpeg62-turbo-dev
libyajl-dev libcmocka-dev libsixel-dev"
TEST_PACKAGES="tmux strace python3 python3-pyte python3-msgpack"
# LLVM's packages without a version follow the default clang; oneDNN is for the peer of bench ops
LINT_PACKAGES="clang clang-format clang-tidy libclang-rt-dev libomp-dev mandoc libdnnl-dev"

say() { printf '%s\n' "$*" >&2; }

installed() {
    for name in $(echo "$1" | tr '|' ' '); do
        dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' && return
    done
    return 1
}

# the name by which apt knows a package here: the first one in its lists, else the last one
apt_name() {
    name=$1
    while [ "$name" != "${name#*|}" ] && ! apt-cache show "${name%%|*}" >/dev/null 2>&1; do
        name=${name#*|}
    done
    echo "${name%%|*}"
}
apt_names() { for p in $missing; do printf ' %s' "$(apt_name "$p")"; done; }

install_missing() {
    missing=
    for p in "$@"; do
        installed "$p" || missing="$missing $p"
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || { say "auxcell: these packages are missing:$missing"; exit 1; }
    sudo=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { say "auxcell: packages are missing, and there is no sudo; as root: apt-get install$(apt_names)"; exit 1; }
        sudo=sudo
    fi
    log=$(mktemp)
    if $sudo apt-get update >"$log" 2>&1; then
        names=$(apt_names)
        say "installing:$names"
        # shellcheck disable=SC2086
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $names >"$log" 2>&1 && { rm -f "$log"; return; }
    fi
    tail -n 20 "$log" >&2
    rm -f "$log"
    say "auxcell: the packages could not be installed"
    exit 1
}

# shellcheck disable=SC2086
case ${1:-} in
deps)
    install_missing $BUILD_PACKAGES $TEST_PACKAGES $LINT_PACKAGES
    ;;
demo)
    install_missing $BUILD_PACKAGES
    make -j"$(nproc)" --no-print-directory all >&2
    exec build/release/auxcell demo
    ;;
check)
    install_missing $BUILD_PACKAGES $TEST_PACKAGES
    exec sh tests/check.sh
    ;;
check-all)
    install_missing $BUILD_PACKAGES $TEST_PACKAGES $LINT_PACKAGES
    exec sh tests/check.sh all
    ;;
*)
    say "usage: sh bootstrap.sh demo|check|check-all|deps"
    exit 2
    ;;
esac
