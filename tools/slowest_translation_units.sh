#!/usr/bin/env bash
# Prints the translation units that took longest when they were last compiled: seconds and object file.
#
#   tools/slowest_translation_units.sh BUILD_DIRECTORY [COUNT]
set -euo pipefail

build_directory="${1:?expected a build directory}"
count="${2:-5}"
log="$build_directory/.ninja_log"
[[ -r $log ]] || {
  printf 'error: %s: expected the log of a build with Ninja, found none\n' "$log" >&2
  exit 1
}

# Ninja's columns: start and end in ms, time stamp, output, hash. The last line of an output is the newest; outputs of
# sources that are gone stay in the log.
awk -F '\t' '
  $4 ~ /\.(o|gch|pch)$/ { seconds[$4] = ($2 - $1) / 1000 }
  END { for (output in seconds) printf "%.1f %s\n", seconds[output], output }' "$log" |
  sort -k 1,1nr -k 2 |
  while read -r seconds output; do # to the end, as sort would fail where nobody reads on
    if ((count == 0)) || [[ ! -e $build_directory/$output ]]; then continue; fi
    printf '%8.1f  %s\n' "$seconds" "$output"
    count=$((count - 1))
  done
