#!/usr/bin/env bash
# docs/curl.md by hand: runs its commands on two machines (network namespaces), the gate with hostsim, the other one
# with wireguard-go and curl, and prints each command with what it wrote. What differs from the page comes at the end.
# Needs root, iproute2, wireguard-go, wg, curl, and `dotnet build -c Release` before it.
set -euo pipefail
cd "$(dirname "$0")/../.."

source tests/perf/lab.sh
demand curl wg wireguard-go diff
trap 'for m in "${machines[@]}"; do running+=($(ip netns pids "$m" 2> /dev/null)) || true; done; clean' EXIT
make_wire
PATH="$PWD/${flash%/*}:$PWD/${hostsim%/*}:$PATH"
page=$PWD/docs/curl.md runner=$PWD/tests/interop/page.sh
cd "$folder"
sed 's/192\.0\.2\.1:/10.77.0.1:/' "$page" > page.md
mkdir run
(cd run && ip netns exec "${machines[1]}" bash "$runner" ../page.md "${machines[0]}") | tee output

# The commands of the page, with what should follow them.
sed -n '/^```console$/,/^```$/{/^```/!p}' "$page" > expected
sed -n '/^# /d; /^#/d; /^$/d; p' output > actual
if diff expected actual > differences; then
  printf '\n%s commands wrote what the page says.\n' "$(grep -c '^\$ ' expected)"
else
  printf '\nDifferent from the page (< the page, > here):\n'
  cat differences
  exit 1
fi
