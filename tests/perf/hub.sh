#!/usr/bin/env bash
# A hub by hand: all members of its network connect to `hostsim node` that starts anew, and again all at once, while
# some stay connected; then the same to wireguard-go. The members are on another machine (network namespace), each with
# an outer address of its own. Needs root, iproute2, wireguard-tools and wireguard-go, and `dotnet build -c Release`
# before it. The last line has the ratios.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

usage() {
  echo "usage: tests/perf/hub.sh [-n MEMBERS] [-k STEADY] [-a ADDRESSES] [-t SECONDS] [-w WIREGUARD-GO] [-s HOSTSIM]"
  echo "       [-p PROGRAMS] [-o OPTION]..."
  echo "  -n  members of the hub (1000)"
  echo "  -k  how many of them stay connected, and send echo requests (20)"
  echo "  -a  outer addresses that all members share (one for each)"
  echo "  -t  seconds in which all should have a session (30)"
  echo "  -w  the wireguard-go to compare with (the one in the PATH)"
  echo "  -s  the hostsim.dll to measure (the one of this folder)"
  echo "  -p  what to measure, of: hostsim wireguard-go (both)"
  echo "  -o  an option for hostsim node, as --NAME=VALUE; may be repeated"
}

members=1000 steady=20 addresses= seconds=30 wireguard_go=wireguard-go programs='hostsim wireguard-go' options=()
while getopts n:k:a:t:w:s:p:o:h option; do
  case $option in
    n) members=$OPTARG ;;
    k) steady=$OPTARG ;;
    a) addresses=$OPTARG ;;
    t) seconds=$OPTARG ;;
    w) wireguard_go=$OPTARG ;;
    s) other_hostsim=$OPTARG ;;
    p) programs=$OPTARG ;;
    o) options+=("$OPTARG") ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ "$members" -le 60000 ] && [ "$steady" -lt "$members" ] || { usage >&2; exit 2; }

source tests/perf/lab.sh
hostsim=${other_hostsim:-$hostsim}
demand wg "$wireguard_go"
initiator=tests/perf/initiator/bin/desktop/Release/net10.0/initiator.dll
[ -f $initiator ] || { echo "$initiator is not there; run: dotnet build -c Release" >&2; exit 1; }
ulimit -n $((members + 1000))
make_wire

# Each member has an outer address, 10.88.x.y, and an inner one, 10.99.x.y. The hub's are 10.77.0.1 and 10.99.0.1.
ip -n "${machines[1]}" route add local 10.88.0.0/16 dev lo
ip -n "${machines[0]}" route add 10.88.0.0/16 via 10.77.0.2
dotnet $initiator keys "$members" > "$folder/keys"
peers() {
  awk '{ n = NR - 1
    print "\n[Peer]\nPublicKey = " $1 "\nAllowedIPs = 10.99." 1 + int(n / 250) "." 1 + n % 250 "/32" }' \
    "$folder/keys"
}

dotnet $flash root new -o "$folder/root.key" > /dev/null
server=$(dotnet $flash node new --root "$folder/root.key" -o "$folder/1.id" | sed -n 's/^public key: *//p')
{
  printf '[Network]\nVersion = 1\n\n[Peer]\nPublicKey = %s\nLabel = hub\nAllowedIPs = 10.99.0.1/32\n' "$server"
  peers
} > "$folder/network.ini"
dotnet $flash sign "$folder/network.ini" --key "$folder/root.key" -o "$folder/network.spore" > /dev/null 2>&1

wg genkey > "$folder/1.key"
{
  printf '[Interface]\nPrivateKey = %s\nListenPort = 51820\n' "$(cat "$folder/1.key")"
  peers
} > "$folder/wg.conf"

start_hostsim() {
  public=$server
  start_node 1 "${options[@]}"
  hub=${running[-1]}
}

is_up_hostsim() {
  ip -n "${machines[0]}" addr show perf0 | grep 10.99.0.1
}

# The rest of it is configured when it is up.
start_wireguard_go() {
  public=$(wg pubkey < "$folder/1.key")
  WG_PROCESS_FOREGROUND=1 start 1 wireguard-go "$wireguard_go" -f wgperf$$
  hub=${running[-1]}
  await ip netns exec "${machines[0]}" wg show wgperf$$
  ip netns exec "${machines[0]}" wg setconf wgperf$$ "$folder/wg.conf"
  ip -n "${machines[0]}" addr add 10.99.0.1/16 dev wgperf$$
  ip -n "${machines[0]}" link set wgperf$$ up
}

is_up_wireguard_go() {
  ip -n "${machines[0]}" addr show wgperf$$ | grep 10.99.0.1
}

record() {
  echo "$2 $3" >> "$folder/figures.$1"
}

figure() {
  awk -v name="$2" '$1 == name { value = $2 } END { print value == "" ? "-" : value }' "$folder/figures.$1"
}

# The hub alone: what its start takes, and its memory.
run_alone() {
  start_"${1//-/_}"
  await is_up_"${1//-/_}"
  sleep 3
  record "$1" alone-cpu \
    "$(sed 's/.*) //' "/proc/$hub/stat" | awk -v f="$(getconf CLK_TCK)" '{ print ($12 + $13) / f }')"
  record "$1" alone-memory "$(awk '/^VmRSS:/ { print $2 }' "/proc/$hub/status")"
  record "$1" alone-peak "$(awk '/^VmHWM:/ { print $2 }' "/proc/$hub/status")"
  stop
}

is_ready() {
  grep -q ready "$folder/members.out"
}

run() {
  local program=$1 client start
  run_alone "$program"

  # The members miss the hub first: each has begun to initiate, every 5 s, when it starts.
  mkfifo "$folder/hub"
  ip netns exec "${machines[1]}" dotnet $initiator members "$members" "$steady" "${addresses:-$members}" "$public" \
    10.77.0.1:51820 "$seconds" < "$folder/hub" > "$folder/members.out" 2> "$folder/members.log" &
  client=$!
  running+=($client)
  exec 3> "$folder/hub"
  for ((i = 0; i < 1200; i++)); do
    is_ready && break
    kill -0 $client 2> /dev/null || { cat "$folder/members.log" >&2; exit 1; }
    sleep 0.05
  done
  start=${EPOCHREALTIME//[.,]/}
  start_"${program//-/_}"
  echo "$start $hub" >&3
  wait $client || { cat "$folder/members.log" >&2; exit 1; }
  exec 3>&-
  sed 1d "$folder/members.out" >> "$folder/figures.$program"
  stop
  rm "$folder/hub"
}

# A figure that others make: derive PROGRAM NAME FORMULA OF FIGURES, as $alone_cpu.
derive() {
  local names=()
  while read -r name value; do
    names+=(-v "${name//-/_}=$value")
  done < "$folder/figures.$1"
  record "$1" "$2" "$(awk "${names[@]}" "BEGIN { printf \"%.${4:-0}f\", $3 }")"
}

# A row: FIGURE NAME, and what the last line calls its ratio, if anything. Less is better then.
row() {
  local ours theirs ratio=-
  ours=$(figure hostsim "$1")
  theirs=$(figure wireguard-go "$1")
  if [ -n "${3:-}" ]; then
    ratio=$(awk -v a="$ours" -v b="$theirs" \
      'BEGIN { if (a + 0 > 0 && b + 0 > 0) printf "%.2f", b / a; else print "-" }')
    ratios+=("$3 $ratio")
  fi
  echo "| $2 | $ours | $theirs | $ratio |"
}

describe_machine
"$wireguard_go" --version 2>&1 | head -n 1
echo "$members members with ${addresses:-$members} outer addresses, of which $steady stay connected" \
  "${options[*]/#/with }"
for program in hostsim wireguard-go; do
  : > "$folder/figures.$program"
  [[ " $programs " == *" $program "* ]] || continue
  run "$program"
  derive "$program" start-cost "1000 * (start_cpu - alone_cpu) / start_sessions" 3
  derive "$program" storm-cost "storm_sessions ? 1000 * storm_cpu / storm_sessions : 0" 3
  derive "$program" member-memory "1024 * (start_memory - alone_memory) / $members"
  derive "$program" start-hub-cpu "start_cpu - alone_cpu" 2
  derive "$program" rest-lost "rest_sent - rest_answered"
  derive "$program" storm-lost "storm_sent - storm_answered"
done

ratios=()
echo
echo "| | hostsim | wireguard-go | times as good |"
echo "|---|---:|---:|---:|"
row alone-cpu "the hub's start without members, processor s" start
row alone-memory "memory then (VmRSS), kB"
row alone-peak "the same at most (VmHWM), kB"
row start-members "members with a session after a start of the hub"
row start-first "the first one, ms after this start"
row start-median "the median, ms"
row start-last "the last one, ms" "last session"
row start-sessions "sessions made for that"
row start-cookies "cookies sent for that"
row start-hub-cpu "the hub's processor time for that, s"
row start-cost "the same, ms for each session" "processor time at the start"
row start-memory "memory with all sessions (VmRSS), kB" memory
row start-peak "the same at most (VmHWM), kB"
row member-memory "VmRSS for each member, bytes"
row reached "members whose echo request is answered then"
row rest-sent "echo requests at rest, sent"
row rest-lost "the same, lost"
row rest-rtt "round trip at rest, median, µs" "round trip at rest"
row rest-rtt99 "the same, 99th percentile" "its 99th percentile"
row storm-members "members with a new session after a storm"
row storm-median "the median, ms after its begin"
row storm-last "the last one, ms" "last session of the storm"
row storm-sessions "sessions made for that"
row storm-cookies "cookies sent for that"
row storm-cost "the hub's processor time for that, ms for each session" "processor time in the storm"
row storm-sent "echo requests in the storm, sent"
row storm-lost "the same, lost"
row storm-rtt "round trip in the storm, median, µs" "round trip in the storm"
row storm-rtt99 "the same, 99th percentile" "its 99th percentile"
row storm-rttmax "the same, longest"
row reached-again "members whose echo request is answered then"
row end-memory "memory at the end (VmRSS), kB"
row end-peak "the same at most (VmHWM), kB"
row dropped "datagrams that found the hub's socket full"
row other-packets "other inner packets that the members received"
echo
echo "times as good as wireguard-go: $(printf '%s; ' "${ratios[@]}")" | sed 's/; $//'
