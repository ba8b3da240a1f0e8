#!/usr/bin/env bash
# TFTP by hand: `hostsim get` from a folder that `hostsim node` serves, against atftp and atftpd, in turn and over one and
# the same tunnel of hostsim between two machines (network namespaces); then iperf3's TCP over it. Needs root, iproute2,
# iperf3, atftp and atftpd (`-a` names it, since its package excludes tftpd-hpa), and `dotnet build -c Release` before it.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

usage() {
  echo "usage: tests/perf/tftp.sh [-r ROUNDS] [-m MEGABYTES] [-a ATFTPD]"
  echo "  -r  rounds, each of both programs with every setting (3)"
  echo "  -m  size of the file in MB (40)"
  echo "  -a  the atftpd to compare with (the one in the PATH)"
}

rounds=3 megabytes=40 atftpd=atftpd
while getopts r:m:a:h option; do
  case $option in
    r) rounds=$OPTARG ;;
    m) megabytes=$OPTARG ;;
    a) atftpd=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

source tests/perf/lab.sh
demand iperf3 atftp "$atftpd"

# Block size and window of each setting.
settings=("512 1" "1368 1" "1368 4" "1368 16" "1368 64")
make_wire
make_network
mkdir "$folder/served"
head -c "${megabytes}000000" /dev/urandom > "$folder/served/file"
start_node 1
start_node 2 --serve "$folder/served"
await ping_once
start 2 atftpd "$atftpd" --daemon --no-fork --user root --group root --bind-address 10.99.0.2 "$folder/served"
start 2 iperf3 iperf3 -s

check() {
  cmp "$folder/served/file" "$folder/read" || { echo "$1 has read something else" >&2; exit 1; }
  rm "$folder/read"
}

# Each writes Mbit/s. The start of the runtime is not in the time that hostsim reports, as a running node's is not.
get_hostsim() {
  ip netns exec "${machines[0]}" dotnet $hostsim get files/file "$folder/read" --peer node2 --network "$folder/network.spore" \
    --interface perf0 --blksize "$1" --window "$2" --json > "$folder/report"
  check hostsim
  sed -n 's/.*"seconds": *\([0-9.]*\).*/\1/p' "$folder/report" | awk -v m="$megabytes" '{ printf "%.1f\n", m * 8 / $1 }'
}

get_atftp() {
  local before after
  before=$(date +%s.%N)
  ip netns exec "${machines[0]}" atftp --option "blksize $1" --option "windowsize $2" -g -r file -l "$folder/read" 10.99.0.2
  after=$(date +%s.%N)
  check atftp
  awk -v m="$megabytes" -v b="$before" -v a="$after" 'BEGIN { printf "%.1f\n", m * 8 / (a - b) }'
}

get_tcp() {
  ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -R -n "${megabytes}M" -f k \
    | awk '/receiver/ { for (i = 1; i <= NF; i++) if ($i == "Kbits/sec") printf "%.1f\n", $(i - 1) / 1e3 }'
}

median() {
  sort -n "$folder/$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

describe_machine
atftp --version 2>&1 | head -n 1
for ((round = 1; round <= rounds; round++)); do
  echo "round $round of $rounds" >&2
  for setting in "${settings[@]}"; do
    # shellcheck disable=SC2086
    for program in hostsim atftp; do
      get_$program $setting >> "$folder/$program ${setting}"
    done
  done
  get_tcp >> "$folder/tcp"
done

tcp=$(median tcp)
echo
echo "| block, bytes | window, blocks | hostsim, Mbit/s | atftp and atftpd, Mbit/s | ratio | hostsim : TCP |"
echo "|---:|---:|---:|---:|---:|---:|"
smallest=
for setting in "${settings[@]}"; do
  ours=$(median "hostsim $setting") theirs=$(median "atftp $setting")
  ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { printf "%.2f", a / b }')
  echo "| ${setting/ / | } | $ours | $theirs | $ratio | $(awk -v a="$ours" -v b="$tcp" 'BEGIN { printf "%.3f", a / b }') |"
  smallest=$(awk -v a="${smallest:-$ratio}" -v b="$ratio" 'BEGIN { print a < b ? a : b }')
done
echo
echo "TCP, one stream: $tcp Mbit/s; $rounds rounds of $megabytes MB, medians"
echo "smallest ratio: $smallest"
