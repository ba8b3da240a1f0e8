#!/usr/bin/env bash
# What this machine leaves a tunnel of a program between two machines (network namespaces): TCP through nulltun.c, which
# neither encrypts nor segments, and OpenSSL's ChaCha20-Poly1305 on one core. The last line is the rate in Mbit/s that a
# tunnel could reach at most on these cores, where each bit is sealed once and opened once.
# Needs root, gcc, iproute2, iperf3 and openssl.
set -euo pipefail
umask 077
cd "$(dirname "$0")/../.."

seconds=${1:-6}
source tests/perf/lab.sh
demand_programs gcc iperf3 openssl
make_wire
gcc -O2 -pthread -o "$folder/nulltun" tests/perf/nulltun.c
start_nulltun
start 2 iperf3 iperf3 -s
await ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -n 1M

rate() {
  ip netns exec "${machines[0]}" iperf3 -c 10.99.0.2 -t "$seconds" -f m "$@" |
    awk '/receiver/ { for (i = 1; i <= NF; i++) if ($i == "Mbits/sec") print $(i - 1) }'
}

forth=$(rate)
back=$(rate -R)
aead=$(openssl speed -seconds 2 -bytes 1440 -evp chacha20-poly1305 2> /dev/null |
  awk '/^ChaCha20/ { gsub("k", "", $2); print $2 * 1000 * 8 / 1e6 }')
echo "without encryption: $forth Mbit/s forth, $back back; ChaCha20-Poly1305 of 1440 bytes: $aead on one core"

# Without encryption each bit costs cores / rate.
awk -v f="$forth" -v b="$back" -v s="$aead" -v c="$(nproc)" \
  'BEGIN { m = (f + b) / 2; printf "limit: %.0f\n", c / (c / m + 2 / s) }'
