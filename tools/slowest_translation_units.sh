#!/usr/bin/env bash
# Prints the translation units that took longest when they were last compiled: seconds and object file.
#
#   tools/slowest_translation_units.sh BUILD_DIRECTORY [COUNT]
set -euo pipefail

log="${1:?expected a build directory}/.ninja_log"
count="${2:-5}"
[[ -r $log ]] || {
  printf 'error: %s: expected the log of a build with Ninja, found none\n' "$log" >&2
  exit 1
}

# Ninja's columns: start and end in ms, time stamp, output, hash. The last line of an output is the newest.
awk -F '\t' -v count="$count" '
  $4 ~ /\.(o|gch|pch)$/ { seconds[$4] = ($2 - $1) / 1000 }
  END {
    order = "sort -k1,1nr -k2 | head -n " count
    for (output in seconds) printf "%8.1f  %s\n", seconds[output], output | order
  }' "$log"
