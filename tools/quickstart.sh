#!/usr/bin/env bash
# Sets up what is missing, builds the program quickstart and runs it.
#
#   tools/quickstart.sh [--cuda] [ARGUMENTS OF quickstart ...]
#
# --cuda adds LibTorch's GPU libraries; everything else goes to the program (--help lists what it takes).
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

set_up "$@"
configure
build quickstart
exec "$root/build/release/bin/quickstart" "${arguments[@]}"
