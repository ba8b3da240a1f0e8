# What the scripts of this folder share: two machines (network namespaces) on a pair of veth, with the identities and the
# signed network of a member on each. To be sourced after `set -euo pipefail`, in the root of the repository.

flash=tools/flash/bin/desktop/Release/net10.0/flash.dll
hostsim=hostsim/bin/desktop/Release/net10.0/hostsim.dll

# Ends with a message where the programs are not built, or one of those named is not there.
demand() {
  local name
  for name in "$flash" "$hostsim"; do
    [ -f "$name" ] || { echo "$name is not there; run: dotnet build -c Release" >&2; exit 1; }
  done
  demand_programs dotnet "$@"
}

# Ends with a message where a program is not there.
demand_programs() {
  local name
  for name in ip "$@"; do
    command -v "$name" > /dev/null || { echo "$name is not there" >&2; exit 1; }
  done
}

folder=$(mktemp -d)
machines=("spore-perf-$$-1" "spore-perf-$$-2")
running=()

stop() {
  for process in "${running[@]}"; do
    kill "$process" 2> /dev/null || true
  done
  for process in "${running[@]}"; do
    wait "$process" 2> /dev/null || true
  done
  running=()
}

clean() {
  stop
  for machine in "${machines[@]}"; do
    ip netns delete "$machine" 2> /dev/null || true
  done
  rm -rf "$folder"
}
trap clean EXIT
trap 'exit 130' INT TERM

# Runs in the background on machine 1 or 2; the process is the program itself.
start() {
  local machine=${machines[$1 - 1]} log=$folder/$2.log
  shift 2
  ip netns exec "$machine" "$@" > "$log" 2>&1 &
  running+=($!)
}

await() {
  for ((i = 0; i < 200; i++)); do
    "$@" > /dev/null 2>&1 && return
    sleep 0.05
  done
  echo "waited in vain for: $*" >&2
  tail -n 5 "$folder"/*.log >&2
  exit 1
}

ping_once() {
  ip netns exec "${machines[0]}" ping -c 1 -W 1 10.99.0.2
}

# The outer network: 10.77.0.1 and .2.
make_wire() {
  for machine in "${machines[@]}"; do
    ip netns add "$machine"
    ip -n "$machine" link set lo up
  done
  ip -n "${machines[0]}" link add eth0 type veth peer name eth0 netns "${machines[1]}"
  for n in 1 2; do
    ip -n "${machines[$n - 1]}" addr add 10.77.0.$n/24 dev eth0
    ip -n "${machines[$n - 1]}" link set eth0 up
  done
}

# The inner one: 10.99.0.1 and .2, members with the labels node1 and node2 of one signed network.
make_network() {
  dotnet $flash root new -o "$folder/root.key" > /dev/null
  printf '[Network]\nVersion = 1\n' > "$folder/network.ini"
  for n in 1 2; do
    local key
    key=$(dotnet $flash node new --root "$folder/root.key" -o "$folder/$n.id" | sed -n 's/^public key: *//p')
    printf '\n[Peer]\nPublicKey = %s\nLabel = node%s\nAllowedIPs = 10.99.0.%s/32\nEndpoint = 10.77.0.%s:51820\n' \
      "$key" $n $n $n >> "$folder/network.ini"
  done

  # It warns that there is no witness, which is not needed here.
  dotnet $flash sign "$folder/network.ini" --key "$folder/root.key" -o "$folder/network.spore" > /dev/null 2>&1
}

# Starts `hostsim node` on a machine, with its interface perf0 and more options.
start_node() {
  local n=$1
  start "$n" "hostsim-$n" dotnet $hostsim node --identity "$folder/$n.id" --listen 51820 \
    --network "$folder/network.spore" --tun perf0 "${@:2}"
}

# A tunnel without encryption, of nulltun.c that was built into the folder. Returns when it carries packets.
start_nulltun() {
  local n
  for n in 1 2; do
    start $n nulltun-$n "$folder/nulltun" null0 5000 10.77.0.$((3 - n)) 5000
    await ip -n "${machines[$n - 1]}" link show null0
    ip -n "${machines[$n - 1]}" link set null0 mtu 1420 up
    ip -n "${machines[$n - 1]}" link set null0 gso_max_size 60000
    ip -n "${machines[$n - 1]}" addr add 10.99.0.$n/32 dev null0
    ip -n "${machines[$n - 1]}" route add 10.99.0.$((3 - n))/32 dev null0
  done
  await ping_once
}

describe_machine() {
  echo "hostsim $(git describe --always --dirty 2> /dev/null || echo unknown) on .NET" \
    "$(dotnet --list-runtimes | sed -n 's/^Microsoft.NETCore.App \([^ ]*\) .*/\1/p' | tail -n 1)"
  echo "Linux $(uname -r), $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
}
