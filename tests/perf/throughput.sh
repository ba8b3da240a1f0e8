#!/usr/bin/env bash
# Throughput by hand: iperf3 and ping over `hostsim node --tun` on two machines (network namespaces) against wireguard-go
# on both, in turn, and against what the machine leaves a tunnel (limit.sh). Needs root, iproute2, wireguard-tools,
# wireguard-go, iperf3, gcc and openssl, and `dotnet build -c Release` before it. The last line is the smallest ratio.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

usage() {
  echo "usage: tests/perf/throughput.sh [-r ROUNDS] [-t SECONDS] [-w WIREGUARD-GO] [-m METRICS]"
  echo "  -r  rounds, each of both programs (3)"
  echo "  -t  seconds of each TCP transfer (6)"
  echo "  -w  the wireguard-go to compare with (the one in the PATH)"
  echo "  -m  what to measure, of: tcp1 tcp4 mss500 udp64 udp512 udp1360 rtt (all)"
}

rounds=3 seconds=6 wireguard_go=wireguard-go metrics='tcp1 tcp4 mss500 udp64 udp512 udp1360 rtt'
while getopts r:t:w:m:h option; do
  case $option in
    r) rounds=$OPTARG ;;
    t) seconds=$OPTARG ;;
    w) wireguard_go=$OPTARG ;;
    m) metrics=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

source tests/perf/lab.sh
demand wg iperf3 gcc openssl "$wireguard_go"
make_wire
make_network
gcc -O2 -pthread -o "$folder/nulltun" tests/perf/nulltun.c
programs=(hostsim wireguard-go)

# Seconds of a UDP transfer, and how many halvings the search for its rate takes.
udp_seconds=2 udp_steps=8

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
    ip netns exec "$machine" wg set $link private-key "$folder/$n.key" listen-port 51820 \
      peer "$(wg pubkey < "$folder/$other.key")" allowed-ips 10.99.0.$other/32 endpoint 10.77.0.$other:51820
    ip -n "$machine" link set $link mtu 1420 up
    ip -n "$machine" addr add 10.99.0.$n/32 dev $link
    ip -n "$machine" route add 10.99.0.$other/32 dev $link
  done
}

wg_is_up() {
  ip netns exec "${machines[$1 - 1]}" wg show "wgperf$$n$1"
}

client() {
  ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 "$@"
}

# Writes a figure: record PROGRAM METRIC VALUE.
record() {
  echo "$3" >> "$folder/$1.$2"
}

# Seconds of processor time that the program of both machines has used.
processor_time() {
  local ticks=0
  for process in "${running[@]:0:2}"; do
    ticks=$((ticks + $(sed 's/.*) //' "/proc/$process/stat" | awk '{ print $12 + $13 }')))
  done
  awk -v t=$ticks -v f="$(getconf CLK_TCK)" 'BEGIN { print t / f }'
}

# The most memory that the program of one machine has had at a time, in MB.
peak_memory() {
  awk '/^VmHWM:/ { printf "%.0f\n", $2 / 1024 }' "/proc/${running[1]}/status"
}

# One TCP transfer: its rate in Mbit/s, and the processor seconds that the program took for each GB (10^9 bytes).
tcp() {
  local program=$1 metric=$2 before after report
  shift 2
  before=$(processor_time)
  report=$(client -t "$seconds" -f k "$@") || { echo "$report" >&2; exit 1; }
  after=$(processor_time)
  read -r rate cost < <(awk -v cpu="$(awk "BEGIN { print $after - $before }")" -v t="$seconds" '
    /receiver/ { for (i = 1; i <= NF; i++) if ($i == "Kbits/sec") rate = $(i - 1) }
    END { printf "%.0f %.2f\n", rate / 1e3, cpu / (rate * 1e3 / 8 * t / 1e9) }' <<< "$report")
  record "$program" "$metric" "$rate"
  record "$program" "$metric-cost" "$cost"
}

# Whether a rate in Mbit/s arrives with at most 0.1 % lost.
udp_arrives() {
  client -u -b "$2M" -l "$1" -t $udp_seconds 2> /dev/null | sed -n 's/.*(\([0-9.e+-]*\)%).*receiver.*/\1/p' |
    awk '{ found = 1; ok = $1 <= 0.1 } END { exit !(found && ok) }'
}

# The highest rate with at most 0.1 % lost, by bisection up to a rate that no tunnel here reaches.
udp() {
  local low=0 high=$3 middle
  for ((step = 0; step < udp_steps; step++)); do
    middle=$(((low + high) / 2))
    if [ $middle -gt 0 ] && udp_arrives "$2" $middle; then low=$middle; else high=$middle; fi
  done
  record "$1" "udp$2" $low
}

# The median and the 99th percentile of round trips, in microseconds.
rtt() {
  ip netns exec "${machines[0]}" ping -q -n -i 0.002 -c 1500 10.99.0.2 > /dev/null
  ip netns exec "${machines[0]}" ping -n -i 0.002 -c 1500 10.99.0.2 | sed -n 's/.*time=\([0-9.]*\) ms/\1/p' | sort -n |
    awk '{ v[NR] = $1 } END { printf "%.0f %.0f\n", 1000 * v[int(NR / 2)], 1000 * v[int(NR * 0.99)] }'
}

record_rtt() {
  local middle worst
  read -r middle worst < <(rtt)
  record "$1" "$2" "$middle"
  record "$1" "$2-p99" "$worst"
}

has() {
  [[ " $metrics " == *" $1 "* ]]
}

run() {
  local program=$1 load
  start_"${program//-/_}"
  await ping_once
  start 2 iperf3 iperf3 -s
  await client -n 1M

  # What a runtime compiles while it runs is compiled before the clock starts.
  for direction in "" -R; do
    client -t 2 $direction > /dev/null
  done
  for streams in 1 4; do
    if has tcp$streams; then
      tcp "$program" tcp$streams-forth -P $streams
      tcp "$program" tcp$streams-back -P $streams -R
    fi
  done
  if has tcp1 || has tcp4; then record "$program" memory "$(peak_memory)"; fi
  if has mss500; then
    tcp "$program" mss500-forth -M 500
    tcp "$program" mss500-back -M 500 -R
  fi
  if has udp64; then udp "$program" 64 256; fi
  if has udp512; then udp "$program" 512 1024; fi
  if has udp1360; then udp "$program" 1360 3072; fi
  if has rtt; then
    record_rtt "$program" rtt-rest
    client -t 12 > /dev/null &
    load=$!
    sleep 1
    record_rtt "$program" rtt-load
    wait $load
  fi
  stop
}

# The limit for one TCP stream, in the same run.
run_limit() {
  local forth back
  start_nulltun
  start 2 iperf3 iperf3 -s
  await client -n 1M
  forth=$(client -t "$seconds" -f m | awk '/receiver/ { for (i = 1; i <= NF; i++) if ($i == "Mbits/sec") print $(i - 1) }')
  back=$(client -t "$seconds" -f m -R | awk '/receiver/ { for (i = 1; i <= NF; i++) if ($i == "Mbits/sec") print $(i - 1) }')
  stop
  record limit tcp1 "$(awk -v f="$forth" -v b="$back" -v s="$aead" -v c="$(nproc)" \
    'BEGIN { m = (f + b) / 2; printf "%.0f", c / (c / m + 2 / s) }')"
}

median() {
  sort -n "$folder/$1.$2" | awk '{ v[NR] = $1 } END { print (NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2) }'
}

# A row: METRIC NAME, and whether less is better.
row() {
  local ours theirs ratio
  [ -f "$folder/hostsim.$1" ] || return 0
  ours=$(median hostsim "$1")
  theirs=$(median wireguard-go "$1")
  ratio=$(awk -v a="$ours" -v b="$theirs" -v less="${3:-}" \
    'BEGIN { r = less ? (a > 0 ? b / a : 0) : (b > 0 ? a / b : 0); printf "%.2f", r }')
  echo "| $2 | $ours | $theirs | $ratio |"
  echo "$ratio $2" >> "$folder/ratios"
}

describe_machine
"$wireguard_go" --version 2>&1 | head -n 1
iperf3 --version | head -n 1
aead=$(openssl speed -seconds 2 -bytes 1440 -evp chacha20-poly1305 2> /dev/null |
  awk '/^ChaCha20/ { gsub("k", "", $2); print $2 * 1000 * 8 / 1e6 }')
for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds" >&2
  if has tcp1; then run_limit; fi
  for program in "${programs[@]}"; do
    run "$program"
  done
done

echo
echo "| median of $rounds rounds | hostsim | wireguard-go | times as good |"
echo "|---|---:|---:|---:|"
for kind in tcp1:'TCP, one stream' tcp4:'TCP, four streams' mss500:'TCP, segments of 500 bytes'; do
  for direction in forth back; do
    row "${kind%%:*}-$direction" "${kind#*:}, $direction, Mbit/s"
    row "${kind%%:*}-$direction-cost" "the same, processor s/GB" less
  done
done
for size in 64 512 1360; do
  row udp$size "UDP of $size bytes, at most 0.1 % lost, Mbit/s"
done
row rtt-rest "round trip at rest, median, µs" less
row rtt-rest-p99 "the same, 99th percentile" less
row rtt-load "round trip under one TCP stream, median, µs" less
row rtt-load-p99 "the same, 99th percentile" less
row memory "peak memory under TCP, MB" less
echo
if has tcp1; then
  awk -v l="$(median limit tcp1)" -v f="$(median hostsim tcp1-forth)" -v b="$(median hostsim tcp1-back)" \
    'BEGIN { printf "the limit for one TCP stream: %.0f Mbit/s; hostsim reaches %.2f of it forth, %.2f back\n", l, f / l, b / l }'
fi
sort -n "$folder/ratios" | head -n 1 | sed 's/^\([^ ]*\) \(.*\)$/smallest ratio: \1 (\2)/'
