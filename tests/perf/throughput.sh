#!/usr/bin/env bash
# Throughput by hand: iperf3's TCP over `hostsim node --tun` on two machines (network namespaces) against wireguard-go on
# both, in turn. Needs root, iproute2, wireguard-tools, wireguard-go and iperf3, and `dotnet build -c Release` before it.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

usage() {
  echo "usage: tests/perf/throughput.sh [-r ROUNDS] [-t SECONDS] [-w WIREGUARD-GO] [-o hostsim|wireguard-go]"
  echo "  -r  rounds, each of both programs in both directions (5)"
  echo "  -t  seconds of each transfer (8)"
  echo "  -w  the wireguard-go to compare with (the one in the PATH)"
  echo "  -o  only one of the two"
}

rounds=5 seconds=8 wireguard_go=wireguard-go programs=(hostsim wireguard-go)
while getopts r:t:w:o:h option; do
  case $option in
    r) rounds=$OPTARG ;;
    t) seconds=$OPTARG ;;
    w) wireguard_go=$OPTARG ;;
    o) programs=("$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

source tests/perf/lab.sh
demand wg iperf3 "$wireguard_go"
make_wire
make_network

start_hostsim() {
  start_node 1
  start_node 2
}

# Its sockets of the user API are found by the interface's name, whatever machine it is on.
start_wireguard_go() {
  for n in 1 2; do
    wg genkey > "$folder/$n.key"
    WG_PROCESS_FOREGROUND=1 start $n wireguard-go-$n "$wireguard_go" -f wgperf$$n$n
    await wg_is_up $n
  done
  for n in 1 2; do
    local other=$((3 - n)) link=wgperf$$n$n machine=${machines[$n - 1]}
    ip netns exec "$machine" wg set $link private-key "$folder/$n.key" listen-port 51820 peer "$(wg pubkey < "$folder/$other.key")" \
      allowed-ips 10.99.0.$other/32 endpoint 10.77.0.$other:51820
    ip -n "$machine" link set $link mtu 1420 up
    ip -n "$machine" addr add 10.99.0.$n/32 dev $link
    ip -n "$machine" route add 10.99.0.$other/32 dev $link
  done
}

wg_is_up() {
  ip netns exec "${machines[$1 - 1]}" wg show "wgperf$$n$1"
}

# Seconds of processor time that the program of both machines has used.
processor_time() {
  local ticks=0 fields
  for process in "${running[@]:0:2}"; do
    fields=$(sed 's/.*) //' "/proc/$process/stat")
    # shellcheck disable=SC2086
    set -- $fields
    ticks=$((ticks + ${12} + ${13}))
  done
  awk -v t=$ticks -v f="$(getconf CLK_TCK)" 'BEGIN { print t / f }'
}

# One transfer: writes Mbit/s, and the processor seconds that the program took for each GB (10^9 bytes) that arrived.
transfer() {
  local before after report
  before=$(processor_time)
  report=$(ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -t "$seconds" -f k "${@:2}") || { echo "$report" >&2; exit 1; }
  after=$(processor_time)
  awk -v cpu="$(awk "BEGIN { print $after - $before }")" -v t="$seconds" '/receiver/ { for (i = 1; i <= NF; i++) if ($i == "Kbits/sec") rate = $(i - 1) }
    END { printf "%.0f %.2f\n", rate / 1e3, cpu / (rate * 1e3 / 8 * t / 1e9) }' <<< "$report" >> "$folder/$1"
}

run() {
  start_"${1//-/_}"
  await ping_once
  start 2 iperf3 iperf3 -s
  await ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -n 1M

  # What a runtime compiles while it runs is compiled before the clock starts.
  for direction in "" -R; do
    ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -t 2 $direction > /dev/null
  done
  transfer "$1.forth"
  transfer "$1.back" -R
  printf '  %s: %s forth, %s back\n' "$1" "$(tail -n 1 "$folder/$1.forth" | cut -d ' ' -f 1)" "$(tail -n 1 "$folder/$1.back" | cut -d ' ' -f 1)" >&2
  stop
}

# The median, lowest and highest of a column of all transfers of one program in one direction.
summary() {
  cut -d ' ' -f "$2" "$folder/$1" | sort -n | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2), v[1], v[NR] }'
}

median() {
  summary "$@" | cut -d ' ' -f 1
}

describe_machine
"$wireguard_go" --version 2>&1 | head -n 1
iperf3 --version | head -n 1
for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds, Mbit/s" >&2
  for program in "${programs[@]}"; do
    run "$program"
  done
done

echo
echo "| $rounds rounds of $seconds s | median, Mbit/s | lowest | highest | processor, s/GB |"
echo "|---|---:|---:|---:|---:|"
for program in "${programs[@]}"; do
  for direction in forth back; do
    read -r middle lowest highest <<< "$(summary "$program.$direction" 1)"
    echo "| $program, $direction | $middle | $lowest | $highest | $(median "$program.$direction" 2) |"
  done
done
if [ ${#programs[@]} -eq 2 ]; then
  echo
  for direction in forth back; do
    awk -v d=$direction -v a="$(median hostsim.$direction 1)" -v b="$(median wireguard-go.$direction 1)" 'BEGIN { printf "hostsim : wireguard-go, %s: %.2f\n", d, a / b }'
  done
fi
