#!/usr/bin/env bash
# Installs the libraries that the benchmarks compare with, apricot and submodlib, into .venv-peers.
#
#   tools/peers.sh
#
# Only `benchmarks/` needs it. 500 MB. Run it as often as you like, and interrupt it when you like.
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"

venv="$root/.venv-peers"

case ${1-} in
"") ;;
--help)
  sed -n '2,/^source/{/^source/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit
  ;;
*)
  warn "error: expected no argument, got '$1'"
  exit 2
  ;;
esac

[[ $(uname -sm) == "Linux x86_64" ]] || fail "the peers' wheels are pinned for Linux x86_64, this is $(uname -sm)"
command -v flock >/dev/null || fail "expected the program flock, found none (Debian's package util-linux)"
wait_for_other_set_ups
ensure_environment 12 submodlib
ensure_installed "$root/tools/requirements-peers.txt" --only-binary :all:
ensure_installed "$root/tools/requirements-apricot.txt" --no-binary :all: --use-pep517 --no-build-isolation
say "peers: $("$venv/bin/python" "$root/benchmarks/peers/versions.py")"
