#!/usr/bin/env bash
# Sets up what is missing, builds everything, checks that each header compiles alone, and runs the quick tests.
#
#   tools/test.sh [--cuda] [ARGUMENTS OF ctest ...]
#
# The exit code is ctest's, and its summary comes last.
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

set_up "$@"
configure
build all all_verify_interface_header_sets

say "the five slowest translation units, in seconds as they were last compiled"
"$root/tools/slowest_translation_units.sh" "$root/build/release"

say "testing"
# Tests run side by side, so that each of them keeps to one thread of LibTorch's.
cd "$root"
OMP_NUM_THREADS=${OMP_NUM_THREADS:-1} exec ctest --preset release --parallel "$(jobs)" "${arguments[@]}"
