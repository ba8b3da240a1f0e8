#!/usr/bin/env bash
# Handshakes by hand: the initiations of 1,000 known keys go to `hostsim node` and to wireguard-go in turn, from another
# machine (network namespace). Prints the handshakes for each second of the program's processor time. Needs root, iproute2,
# wireguard-tools and wireguard-go, and `dotnet build -c Release` before it. The last line is the ratio.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

usage() {
  echo "usage: tests/perf/handshakes.sh [-r ROUNDS] [-w WIREGUARD-GO]"
  echo "  -r  rounds, each of both programs (3)"
  echo "  -w  the wireguard-go to compare with (the one in the PATH)"
}

rounds=3 wireguard_go=wireguard-go
while getopts r:w:h option; do
  case $option in
    r) rounds=$OPTARG ;;
    w) wireguard_go=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# Both programs ask for cookies under more load than this. Each key comes again after 5 s, sooner it would be dropped.
keys=1000 rate=200 total=2000

source tests/perf/lab.sh
demand wg "$wireguard_go"
initiator=tests/perf/initiator/bin/desktop/Release/net10.0/initiator.dll
[ -f $initiator ] || { echo "$initiator is not there; run: dotnet build -c Release" >&2; exit 1; }
make_wire
dotnet $initiator keys $keys > "$folder/keys"

dotnet $flash root new -o "$folder/root.key" > /dev/null
server=$(dotnet $flash node new --root "$folder/root.key" -o "$folder/1.id" | sed -n 's/^public key: *//p')
awk -v server="$server" 'BEGIN { print "[Network]\nVersion = 1\n\n[Peer]\nPublicKey = " server }
  { print "\n[Peer]\nPublicKey = " $1 "\nAllowedIPs = 10.99." int(NR / 250) "." NR % 250 + 1 "/32" }' \
  "$folder/keys" > "$folder/network.ini"
dotnet $flash sign "$folder/network.ini" --key "$folder/root.key" -o "$folder/network.spore" > /dev/null 2>&1

start_hostsim() {
  public=$server
  start_node 1
  await ip -n "${machines[0]}" link show perf0
}

start_wireguard_go() {
  wg genkey > "$folder/1.key"
  public=$(wg pubkey < "$folder/1.key")
  awk -v key="$(cat "$folder/1.key")" 'BEGIN { print "[Interface]\nPrivateKey = " key "\nListenPort = 51820" }
    { print "[Peer]\nPublicKey = " $1 "\nAllowedIPs = 10.99." int(NR / 250) "." NR % 250 + 1 "/32" }' \
    "$folder/keys" > "$folder/wg.conf"
  WG_PROCESS_FOREGROUND=1 start 1 wireguard-go "$wireguard_go" -f wgperf$$
  await ip netns exec "${machines[0]}" wg show wgperf$$
  ip netns exec "${machines[0]}" wg setconf wgperf$$ "$folder/wg.conf"
  ip -n "${machines[0]}" link set wgperf$$ up
}

processor_time() {
  sed 's/.*) //' "/proc/${running[0]}/stat" | awk -v f="$(getconf CLK_TCK)" '{ print ($12 + $13) / f }'
}

send() {
  ip netns exec "${machines[1]}" dotnet $initiator run $keys "$public" 10.77.0.1:51820 $rate "$1"
}

run() {
  local before after complete
  start_"${1//-/_}"

  # What a runtime compiles while it runs is compiled before the clock starts.
  send $keys > /dev/null
  sleep 5
  before=$(processor_time)
  complete=$(send $total)
  after=$(processor_time)
  stop
  awk -v n="$complete" -v a="$after" -v b="$before" 'BEGIN { printf "%.0f\n", n / (a - b) }' >> "$folder/$1"
  echo "$1: $complete of $total handshakes, $(tail -n 1 "$folder/$1") for each second of processor time"
}

median() {
  sort -n "$folder/$1" | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'
}

describe_machine
"$wireguard_go" --version 2>&1 | head -n 1
for ((round = 1; round <= rounds; round++)); do
  run hostsim
  run wireguard-go
done
awk -v a="$(median hostsim)" -v b="$(median wireguard-go)" 'BEGIN { printf "hostsim : wireguard-go: %.2f\n", a / b }'
