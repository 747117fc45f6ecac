# What tests of engines share: an experiment, its result from this machine, waiting, and a network of their own.
# shellcheck shell=bash disable=SC2034

# The experiment of these tests: 4,800 runs if nothing else is asked for.
write_experiment() {
  mkdir -p "$1"
  cat > "$1/engines.toml" <<TOML
title = "Engines"
scenario = "$root/scenarios/china-2015-2024.toml"
replicates = ${2:-800}
responses = ["competitiveness", "waste_share"]

[design]
kind = "grid"

[[factors]]
key = "tournament.intensity"
levels = [0, 1, 2]

[[factors]]
key = "mechanisms.codification"
levels = [true, false]
TOML
}

# Checksums of the files of a result that hold no clock times.
sums() { (cd "$1" && sha256sum runs.csv design.csv summary.csv datapackage.json); }

# until SECONDS COMMAND...: waits until a command succeeds.
until_done() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    if [ $SECONDS -ge $end ]; then
      echo "waited in vain for: $*" >&2
      return 1
    fi
    sleep 0.1
  done
}

# Ends a process by its id, if it still runs.
end_process() {
  kill "$2" "$1" 2>/dev/null || true
}

# Begins this script again in a network that has nothing but loopback.
own_network() {
  if [ -z "${ENGINES_NETWORK:-}" ]; then
    ENGINES_NETWORK=own exec unshare --net "$0" "$@"
  fi
  ip link set lo up
  # Look-ups of names fail where 127.0.0.1 is the only address.
  ip addr add 10.99.0.1/32 dev lo
}

said() { echo "$(basename "$0"), ${SECONDS} s: $*"; }
