#!/usr/bin/env bash
# Runs the blocks of a page like docs/curl.md in their order, and prints its headings, and each command of a `console`
# block with what it writes. Blocks of `sh` and `sh root` run in silence (setup.log), `sh gate` on another machine.
# To be run on a machine (network namespace) of its own, in an empty folder: page.sh PAGE GATE, GATE being a namespace.
set -uo pipefail
page=$1 machine=$2
umask 077

# Sockets of wg are found by the interface's name. `ip netns exec` has mounts of its own, so this hides those of others.
mkdir -p /var/run/wireguard
mount -t tmpfs none /var/run/wireguard

run() {
  set -e
  eval "$1" >> setup.log 2>&1 < /dev/null
  set +e
}

start_gate() {
  : > gate.log
  ip netns exec "$machine" bash -c "exec ${1%$'\n'}" > gate.log 2>&1 < /dev/null &
  until grep -q '  listening  ' gate.log; do
    kill -0 $! || exit 1
    sleep 0.1
  done
}

# A command may set variables for those after it, so it is no part of a pipe. curl does not read what follows here.
show() {
  printf '$ %s\n' "$1"
  eval "$1" > shown 2>&1 < /dev/null
  sed 's/^ *//; s/ *$//' shown
}

kind='' block=''
while IFS= read -r line <&3; do
  case $kind:$line in
    ':```'*) kind=${line#'```'} block='' ;;
    'sh:```' | 'sh root:```') run "$block"; kind='' ;;
    'sh gate:```') start_gate "$block"; kind='' ;;
    'console:```') kind='' ;;
    'console:$ '*) show "${line#'$ '}" ;;
    console:*) ;;
    :'#'*) printf '\n%s\n\n' "$line" ;;
    :*) ;;
    *) block+=$line$'\n' ;;
  esac
done 3< "$page"
