# shellcheck shell=bash
# Sourced by the scripts that make a Python environment; `venv` is the folder that it is in.
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
unset PYTHONHOME PYTHONPATH

venv="$root/.venv"

# Lies in the environment from before its first file until after its last: what has it is half-made.
incomplete() { echo "$venv/sparseann-incomplete"; }

# Debian's own Python first: one from a version manager may lack what it was built without.
find_python() {
  local candidate
  for candidate in /usr/bin/python3 "$(command -v python3 || true)"; do
    if [[ -x $candidate ]] && "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

# The environment's interpreter runs, and it is the one that the packages were installed for.
environment_works() {
  local packages
  packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' 2>/dev/null) &&
    [[ $packages == "$venv"/* && -d $packages ]]
}

# ensure_environment NEWEST WHAT: WHAT is there for Python 3.10 to 3.NEWEST.
ensure_environment() {
  local python newest=$1 what=$2
  if [[ ! -e $(incomplete) ]] && environment_works; then return; fi
  python=$(find_python) || fail "expected a python3 with the modules venv and ensurepip, found none"
  "$python" -c "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, $newest))" ||
    fail "$python: expected Python 3.10 to 3.$newest (what $what is built for), got $("$python" --version)"
  say "making $venv with $python"
  rm -rf "$venv"
  mkdir "$venv"
  touch "$(incomplete)"
  "$python" -m venv "$venv"
}

# An installed list of packages leaves its hash in the environment.
stamp_of() { echo "$venv/sparseann-$(basename "$1" .txt)"; }
hash_of() { sha256sum <"$1"; }
is_installed() { [[ $(hash_of "$1") == "$(cat "$(stamp_of "$1")" 2>/dev/null)" ]]; }

# install_packages_of FILE [OPTIONS OF pip install ...]
install_packages_of() {
  local file=$1 hash
  say "installing $(basename "$file") into $venv"
  touch "$(incomplete)"
  rm -f "$(stamp_of "$file")"
  PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 "$venv/bin/python" -m pip install \
    --no-deps --require-hashes --force-reinstall --progress-bar off "${@:2}" --requirement "$file"
  hash=$(hash_of "$file")
  echo "$hash" >"$(stamp_of "$file")"
  rm "$(incomplete)"
}

ensure_installed() { is_installed "$1" || install_packages_of "$@"; }

# Two set-ups at once would write the same environment.
wait_for_other_set_ups() {
  mkdir -p "$root/.setup"
  exec {lock}>"$root/.setup/lock"
  if ! flock --nonblock "$lock"; then
    say "waiting for another set-up of $root"
    flock "$lock"
  fi
}
