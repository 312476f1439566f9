# shellcheck shell=bash
# Sourced by the other scripts here: where the project is, messages, and how many compilers may run at once.
set -euo pipefail
shopt -s nullglob

root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)"

say() { printf '== %s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }
fail() {
  warn "error: $*"
  exit 1
}

# Memory in MiB of this machine, or of the container that we run in. What is free at the moment says little: virtual
# machines hand unused memory back and get it again when they ask.
memory() {
  local total limit
  total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || echo max)
  if [[ $limit != max ]] && ((limit / 1048576 < total)); then total=$((limit / 1048576)); fi
  echo "$total"
}

# A translation unit that reads LibTorch takes up to 2.8 GB.
jobs() {
  local processors by_memory
  processors=$(nproc)
  by_memory=$(($(memory) / 3000))
  if ((by_memory < processors)); then processors=$by_memory; fi
  echo $((processors > 0 ? processors : 1))
}

# Sets up what is missing. `--cuda` is for the set-up; what else there is stays in `arguments`.
set_up() {
  local argument setup=()
  arguments=()
  for argument in "$@"; do
    if [[ $argument == --cuda ]]; then setup+=(--cuda); else arguments+=("$argument"); fi
  done
  "$root/tools/setup.sh" "${setup[@]}"
}

configure() {
  say "configuring (preset release)"
  cmake -S "$root" --preset release
}

build() {
  local count
  count=$(jobs)
  say "building $* with $count at a time"
  cmake --build "$root/build/release" --parallel "$count" --target "$@"
}
