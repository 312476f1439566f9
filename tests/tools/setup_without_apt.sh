#!/usr/bin/env bash
# On a system without apt-get, tools/setup.sh names what is missing, installs nothing and fails.
set -euo pipefail
root="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
programs="$(mktemp -d)"
trap 'rm -rf "$programs"' EXIT
for program in bash dirname sed sort head uname grep; do
  ln -s "$(command -v "$program")" "$programs/$program"
done

code=0
output="$(env -i PATH="$programs" HOME="$programs" "$programs/bash" "$root/tools/setup.sh" 2>&1)" || code=$?
printf '%s\n' "$output"

failures=0
expect() {
  if [[ $output != *"$1"* ]]; then
    echo "expected in the output: $1"
    failures=1
  fi
}
if ((code != 1)); then
  echo "expected exit code 1, got $code"
  failures=1
fi
expect "this system has no apt-get, and these are missing"
expect "the program cmake (looked for in PATH; Debian's package cmake)"
expect "the header <zlib.h> (looked for by g++; Debian's package zlib1g-dev)"
if [[ $output == *"installing"* ]]; then
  echo "expected no installation"
  failures=1
fi
exit "$failures"
