#!/usr/bin/env bash
# Installs what sparseann needs and this machine lacks: Debian or Ubuntu packages, and LibTorch into .venv.
#
#   tools/setup.sh [--cuda]
#
# --cuda adds the libraries that LibTorch needs to run on an NVIDIA GPU (2 GB more). A LibTorch of your own:
# LibTorch_ROOT=/path/to/libtorch tools/setup.sh. Run it as often as you like, and interrupt it when you like.
source "$(dirname -- "${BASH_SOURCE[0]}")/environment.sh"

# Debian's packages (alternatives after |), and how each is detected where there is no dpkg; any of several headers will do.
requirements=(
  "cmake                            program cmake"
  "ninja-build                      program ninja"
  "g++                              program ${CXX:-g++}"
  "binutils                         program readelf"
  "util-linux                       program flock"
  "python3-venv                     module  venv,ensurepip"
  "libfmt-dev                       header  fmt/format.h"
  "libxtensor-dev                   header  xtensor/xtensor.hpp,xtensor/containers/xtensor.hpp"
  "libboost-dev|libboost1.*-dev     header  boost/graph/adjacency_list.hpp"
  "nlohmann-json3-dev               header  nlohmann/json.hpp"
  "libcli11-dev                     header  CLI/CLI.hpp"
  "zlib1g-dev                       header  zlib.h"
  "libzip-dev                       header  zip.h"
  "libpng-dev                       header  png.h"
  "libssl-dev                       header  openssl/evp.h"
  "libhdf5-dev                      header  hdf5/serial/hdf5.h,hdf5.h"
  "libnifti-dev                     header  nifti/nifti1.h,nifti1.h"
  "libkainjow-mustache-dev          header  kainjow/mustache.hpp"
  "catch2                           header  catch2/catch.hpp,catch2/catch_all.hpp"
  "libbenchmark-dev                 header  benchmark/benchmark.h"
  "gnuplot-nox                      program gnuplot"
)

# What programs use where it is there, and are built without where not.
optional_requirements=(
  "libopenmpi-dev|libmpich-dev      program mpicxx"
  "openmpi-bin|mpich                program mpirun"
  "libgoogle-perftools-dev          header  gperftools/tcmalloc.h"
)

has_package() {
  local pattern patterns
  IFS='|' read -ra patterns <<<"$1"
  for pattern in "${patterns[@]}"; do
    if dpkg-query --show --showformat '${db:Status-Status}\n' "$pattern" 2>/dev/null | grep -qx installed; then
      return 0
    fi
  done
  return 1
}

has_header() {
  local header compiler=${CXX:-g++}
  command -v "$compiler" >/dev/null || return 1
  for header in ${1//,/ }; do
    if printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$header" |
      "$compiler" -x c++ -std=c++20 -E - >/dev/null 2>&1; then
      return 0
    fi
  done
  return 1
}

is_there() {
  local package=$1 kind=$2 what=$3
  case $kind in
  program) command -v "$what" >/dev/null ;;
  module) find_python >/dev/null ;;
  header) if command -v dpkg-query >/dev/null; then has_package "$package"; else has_header "$what"; fi ;;
  esac
}

# Prints those of the requirements given that are not met, one per line.
missing_of() {
  local line package kind what
  for line in "$@"; do
    read -r package kind what <<<"$line"
    if ! is_there "$package" "$kind" "$what"; then echo "$package $kind $what"; fi
  done
}

install_packages() {
  local packages=("$@") as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "these packages are missing and there is no sudo; as root: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  say "installing ${packages[*]}"
  # What an interrupted installation left unfinished comes first.
  "${as_root[@]}" dpkg --configure -a
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"
}

report_missing() {
  local line package kind what
  warn "error: this system has no apt-get, and these are missing; install them and start again:"
  for line in "$@"; do
    read -r package kind what <<<"$line"
    case $kind in
    program) warn "  the program ${what} (looked for in PATH; Debian's package ${package%%|*})" ;;
    module) warn "  a python3 with the modules ${what//,/ and } (tried /usr/bin/python3 and the one in PATH; Debian's package ${package})" ;;
    header) warn "  the header <${what//,/> or <}> (looked for by ${CXX:-g++}; Debian's package ${package%%|*})" ;;
    esac
  done
  exit 1
}

# Prints Debian's names of the packages of the requirements given.
packages_of() {
  local line
  for line in "$@"; do
    line=${line%% *}
    echo "${line%%|*}"
  done
}

ensure_packages() {
  local missing packages
  mapfile -t missing < <(missing_of "${requirements[@]}")
  ((${#missing[@]} > 0)) || return 0
  command -v apt-get >/dev/null || report_missing "${missing[@]}"
  mapfile -t packages < <(packages_of "${missing[@]}")
  install_packages "${packages[@]}"
  mapfile -t missing < <(missing_of "${requirements[@]}")
  ((${#missing[@]} == 0)) || fail "still missing after apt-get install: ${missing[*]}"
}

# Where it cannot be had, its absence is told and all else goes on.
ensure_optional_packages() {
  local missing packages
  mapfile -t missing < <(missing_of "${optional_requirements[@]}")
  ((${#missing[@]} > 0)) || return 0
  mapfile -t packages < <(packages_of "${missing[@]}")
  if ! command -v apt-get >/dev/null || ! (install_packages "${packages[@]}"); then
    warn "without ${packages[*]}: programs are built without what these bring, which is several ranks (MPI) and less memory (tcmalloc)"
  fi
}

# at_least NAME WANTED FOUND
at_least() {
  [[ $(printf '%s\n%s\n' "$2" "$3" | sort --version-sort | head -n 1) == "$2" ]] ||
    fail "$1: expected version $2 or newer, got $3 ($(command -v "$1"))"
}

ensure_versions() {
  at_least cmake 3.25 "$(cmake --version | sed -n '1s/.* version //p')"
  if [[ ${CXX:-g++} == g++ ]]; then at_least g++ 12 "$(g++ -dumpfullversion)"; fi
}

ensure_libtorch() {
  local file
  if [[ -n ${LibTorch_ROOT:-} ]]; then
    say "LibTorch: LibTorch_ROOT=$LibTorch_ROOT, so nothing is installed"
    return
  fi
  [[ $(uname -sm) == "Linux x86_64" ]] ||
    fail "LibTorch's wheels are pinned for Linux x86_64, this is $(uname -sm); set LibTorch_ROOT to a LibTorch of your own"
  ensure_environment 14 "the torch wheel"
  for file in "$@"; do
    ensure_installed "$file" --only-binary :all:
  done
}

wheels=("$root/tools/requirements-libtorch.txt")
for argument in "$@"; do
  case $argument in
  --cuda) wheels+=("$root/tools/requirements-cuda.txt") ;;
  --help)
    sed -n '2,/^source/{/^source/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"
    exit
    ;;
  *)
    warn "error: expected --cuda or nothing, got '$argument'"
    exit 2
    ;;
  esac
done

# Where flock itself is missing, the packages come first.
if command -v flock >/dev/null; then wait_for_other_set_ups; fi

ensure_packages
ensure_optional_packages
ensure_versions
ensure_libtorch "${wheels[@]}"
say "set-up complete"
