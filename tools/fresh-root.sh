#!/bin/sh
# fresh-root.sh SUITE: the first steps of a newcomer. Makes a minimal Debian root (debootstrap minbase and git, nothing more), puts
# a clone of this checkout's HEAD into it and runs the README's commands there. Needs root and debootstrap. The mirror and
# the way to reach it are those of this machine's apt. All mounts and processes are in their own namespaces, so that none
# is left, however the script ends.
set -eu

usage() {
    cat <<END
usage: tools/fresh-root.sh SUITE [OPTION...]
  SUITE           bookworm or trixie (any that debootstrap and the mirror know)
  --as LIST       who runs the commands, each in a root of its own (default: "root user")
                    root   root does everything
                    user   root runs 'sh bootstrap.sh deps', the rest is a user's without sudo
                    sudo   a user with sudo does everything
  --commands LIST of bootstrap.sh (default: "demo check"; check-all is the other)
  --at DIR        where the roots are made (default: a new folder in \${TMPDIR:-/tmp})
  --cache DIR     base roots and packages, so that the next call is quick (default: ~/.cache/auxcell-fresh-root)
  --mirror URL    another mirror than apt's
  --rebuild       makes the base root again
  --keep          leaves the roots and the logs there
END
}
die() { printf 'fresh-root: %s\n' "$1" >&2; exit "${2:-1}"; }

# ---- inside the namespaces: fresh-root.sh --inside ROOT WHO CACHE COMMANDS --------------------------------------------

# as NAME COMMAND...: runs in the root, in that user's clone, with the environment of a login; only proxies are ours
as() {
    name=$1
    shift
    home=/root
    [ "$name" = root ] || home=/home/$name
    # shellcheck disable=SC2046
    chroot --userspec="$name" --groups= "$root" env -i HOME="$home" USER="$name" LOGNAME="$name" SHELL=/bin/sh TERM=xterm \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin $(env | grep -iE '^(https?|ftp|no)_proxy=' || true) \
        sh -c 'cd "$HOME/auxcell" && exec "$@"' sh "$@" </dev/null
}

# Seconds of CPU time that ended commands took; in this shell, since a subshell begins at 0.
processor() {
    times >"$root.times"
    used=$(tail -n 1 "$root.times" | tr 'ms' '  ' | awk '{ print int($1 * 60 + $2 + $3 * 60 + $4) }')
}

# step TITLE COMMAND...: runs it and prints one line with its seconds and its last output; all output goes to a log file
step() {
    title=$1
    log=$root.$(echo "$1" | tr -c 'a-z\n-' _).log
    shift
    start=$(date +%s)
    processor
    before=$used
    "$@" >"$log" 2>&1 && verdict=ok || verdict=FAIL
    processor
    printf '%-5s %s (%d s, %d s of processor)' "$verdict" "$title" $(($(date +%s) - start)) $((used - before))
    if [ $verdict = ok ]; then
        printf '  %s\n' "$(tail -n 1 "$log" | cut -c 1-80)"
        echo passed >>"$root.results"
    else
        echo
        tail -n 200 "$log"
        echo failed >>"$root.results"
        return 1
    fi
}

# A user without the packages and without sudo is told the command that installs them.
tells_how() {
    as newcomer sh bootstrap.sh demo && return 1
    tail -n 1 "$log" | grep 'apt-get install'
}

inside() {
    root=$1 who=$2 cache=$3 commands=$4
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    mount --bind "$cache" "$root/var/cache/apt/archives"
    case $who in
    root) user=root ;;
    *) user=newcomer ;;
    esac
    case $who in
    user)
        step "$who: without packages, told how" tells_how
        step "$who: root's deps" as root sh bootstrap.sh deps
        ;;
    sudo)
        step "$who: sudo" as root sh -c 'apt-get update && apt-get install -y --no-install-recommends sudo'
        printf 'newcomer ALL=(ALL) NOPASSWD: ALL\n' >"$root/etc/sudoers.d/newcomer"
        ;;
    esac
    for command in $commands; do
        step "$who: $command" as "$user" sh bootstrap.sh "$command" || failed=1
    done
    exit "${failed:-0}"
}
[ "${1:-}" != --inside ] || { shift; inside "$@"; }

# ---- outside ---------------------------------------------------------------------------------------------------------

suite= who="root user" commands="demo check" at= cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/auxcell-fresh-root mirror= rebuild= keep=
while [ $# -gt 0 ]; do
    case $1 in
    --as | --commands | --at | --cache | --mirror) [ $# -gt 1 ] || die "$1 needs a value" 2 ;;
    esac
    case $1 in
    --as) who=$2; shift ;;
    --commands) commands=$2; shift ;;
    --at) at=$2; shift ;;
    --cache) cache=$2; shift ;;
    --mirror) mirror=$2; shift ;;
    --rebuild) rebuild=1 ;;
    --keep) keep=1 ;;
    --help) usage; exit 0 ;;
    -*) die "unknown option $1; --help lists them" 2 ;;
    *) [ -z "$suite" ] || die "one suite at a time" 2; suite=$1 ;;
    esac
    shift
done
[ -n "$suite" ] || { usage >&2; exit 2; }
for w in $who; do
    case $w in root | user | sudo) ;; *) die "--as $w: root, user or sudo" 2 ;; esac
done
[ "$(id -u)" -eq 0 ] || die "needs root, for it mounts and changes roots"
for tool in debootstrap unshare chroot git; do
    command -v $tool >/dev/null || die "$tool is missing; apt-get install debootstrap util-linux coreutils git"
done
[ -e "/usr/share/debootstrap/scripts/$suite" ] || die "debootstrap knows no suite '$suite'" 2
unshare --mount --pid --fork true 2>/dev/null || die "this machine allows no mount and process namespaces"

# Lines "URI RELEASE" of this machine's Debian archives: the main one, its updates, its security updates.
archives() {
    host=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    [ -n "$host" ] || return 0
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk -v host="$host" -v suite="$suite" '$3 == "main" && ($2 == host || $2 == host "-updates" || $2 == host "-security") {
            sub(host, suite, $2); print $1, $2 }' | sort -u
}
archives=$(archives)
[ -n "$mirror" ] || mirror=$(echo "$archives" | awk -v suite="$suite" '$2 == suite { print $1; exit }')
[ -n "$mirror" ] || die "apt knows no Debian archive here; --mirror URL names one"

checkout=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$cache/$suite/debootstrap" "$cache/$suite/archives/partial"
cache=$(cd "$cache" && pwd)
if [ -n "$at" ]; then
    mkdir -p "$at"
    at=$(cd "$at" && pwd)
    at=$(mktemp -d "$at/fresh-$suite.XXXXXX")
else
    at=$(mktemp -d "${TMPDIR:-/tmp}/fresh-$suite.XXXXXX")
fi
job=
# shellcheck disable=SC2317
finish() {
    status=$?
    trap '' INT TERM HUP
    # its namespaces end with it: processes and mounts
    [ -z "$job" ] || { kill -KILL "$job" && wait "$job"; } 2>/dev/null || true
    if [ -n "$keep" ]; then
        echo "kept: $at"
    else
        rm -rf --one-file-system "$at"
    fi
    exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# In the background, so that a signal takes effect at once.
isolated() {
    setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child "$@" &
    job=$!
    rc=0
    wait $job || rc=$?
    job=
    return $rc
}

start=$(date +%s)
base=$cache/$suite/base.tar
made=
if [ -n "$rebuild" ] || [ ! -e "$base" ]; then
    include=git
    case $mirror in https:*) include=git,ca-certificates ;; esac
    isolated debootstrap --variant=minbase --include=$include --cache-dir="$cache/$suite/debootstrap" "$suite" "$at/base" "$mirror" \
        >"$at/debootstrap.log" 2>&1 || { tail -n 20 "$at/debootstrap.log" >&2; die "debootstrap failed"; }
    tar -C "$at/base" -cf "$base.new" . && mv "$base.new" "$base"
    rm -rf --one-file-system "$at/base"
    made=", rebuilt"
fi
printf 'ok    base root of %s%s (%d s)\n' "$suite" "$made" $(($(date +%s) - start))

# This machine's settings, passwords and names for apt's archives.
carry_network() {
    echo "deb $mirror $suite main" >"$1/etc/apt/sources.list"
    echo "$archives" | awk -v suite="$suite" 'NF && $2 != suite { print "deb", $1, $2, "main" }' >>"$1/etc/apt/sources.list"
    apt-config dump 2>/dev/null | grep -E '^Acquire::(https?|Check-|Retries|ForceIPv)' >"$1/etc/apt/apt.conf.d/99host" || true
    for f in /etc/apt/auth.conf /etc/apt/auth.conf.d/. /etc/resolv.conf /etc/hosts; do
        [ ! -e "$f" ] || { mkdir -p "$1$(dirname "$f")" && cp -RL "$f" "$1${f%.}"; }
    done
}

failed=0
for w in $who; do
    root=$at/$w
    mkdir "$root"
    tar -C "$root" -xf "$base"
    carry_network "$root"
    chroot "$root" useradd -m newcomer
    for home in root home/newcomer; do
        git -c safe.directory='*' clone -q "file://$checkout" "$root/$home/auxcell"
    done
    chroot "$root" chown -R newcomer: /home/newcomer
    isolated sh "$0" --inside "$root" "$w" "$cache/$suite/archives" "$commands" || failed=1
    cat "$root.results" >>"$at/results"
    [ -n "$keep" ] || rm -rf --one-file-system "$root"
done
printf '%d passed, %d failed, 0 skipped\n' "$(grep -c passed "$at/results")" "$(grep -c failed "$at/results")"
exit $failed
