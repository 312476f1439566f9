#!/usr/bin/env bash
# Installs what benchmarks and tests compare with into .venv-peers: apricot and submodlib (selection), SimpleITK, MedPy,
# surface-distance, edt, connected-components-3d, scikit-image and statsmodels (metrics), nibabel, h5py and tifffile (volumes),
# Playwright and axe-core (pages; they want Debian's package chromium).
#
#   tools/peers.sh [--torch]
#
# --torch adds PyTorch and MONAI (4 GB more). Only `benchmarks/` and the scripts in `tests/tools` need any of it. 1 GB.
# Run it as often as you like, and interrupt it when you like.
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"

venv="$root/.venv-peers"

with_torch=
case ${1-} in
"") ;;
--torch) with_torch=yes ;;
--help)
  sed -n '2,/^source/{/^source/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
  exit
  ;;
*)
  warn "error: expected --torch or nothing, got '$1'"
  exit 2
  ;;
esac

[[ $(uname -sm) == "Linux x86_64" ]] || fail "the peers' wheels are pinned for Linux x86_64, this is $(uname -sm)"
command -v flock >/dev/null || fail "expected the program flock, found none (Debian's package util-linux)"
wait_for_other_set_ups
ensure_environment 12 submodlib
ensure_installed "$root/tools/requirements-peers.txt" --only-binary :all:
ensure_installed "$root/tools/requirements-sources.txt" --no-binary :all: --use-pep517 --no-build-isolation
if [[ -n $with_torch ]]; then
  for file in libtorch cuda peers-torch; do
    ensure_installed "$root/tools/requirements-$file.txt" --only-binary :all:
  done
fi
say "peers: $("$venv/bin/python" "$root/benchmarks/peers/versions.py")"
