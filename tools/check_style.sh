#!/usr/bin/env bash
# Checks the format of every source file, and the headers that need no LibTorch with clang-tidy.
#
#   tools/check_style.sh [BUILD_DIRECTORY]     a configured build; build/release where none is named
#
# Exit code 77 where the tools (clang-format and clang-tidy, version 19) are not installed.
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

build_directory="${1:-$root/build/release}"
commands="$build_directory/compile_commands.json"

# Another version formats differently.
for tool in clang-format-19 clang-tidy-19; do
  command -v "$tool" >/dev/null || {
    say "skipped: $tool is not installed"
    exit 77
  }
done
[[ -r $commands ]] || fail "$commands: expected a configured build directory, found none"

result=0

say "clang-format: every source file"
find "$root/include" "$root/tests" "$root/apps" "$root/experiments" \( -name '*.hpp' -o -name '*.cpp' \) -print0 |
  xargs -0 clang-format-19 --dry-run -Werror --ferror-limit=1 || result=1

# One file per folder includes all of its headers (tests/style), so that their dependencies are read once per folder.
# The build's compiler may be g++, whose options clang-tidy then reads; what xtensor 0.24 needs with clang it must be told.
run_clang_tidy() {
  printf '%s\0' "$build_directory"/tests/style/*.cpp |
    xargs -0 -n 1 -P "$(jobs)" clang-tidy-19 --quiet --config-file="$root/.clang-tidy" -p "$build_directory" \
      --extra-arg=-fno-relaxed-template-template-args --extra-arg=-Wno-deprecated-no-relaxed-template-template-args \
      --extra-arg=-Wno-unknown-warning-option
}

# What clang-tidy had nothing to say about it need not read again.
say "clang-tidy: the headers that need no LibTorch"
checked="$build_directory/tests/style/checked"
headers=("$root"/include/sparseann/{core,io,data,metric,select,annotate}/*.hpp)
state=$(cat "$root/.clang-tidy" "${headers[@]}" | sha256sum)
if [[ $(cat "$checked" 2>/dev/null) == "$state" ]]; then
  say "unchanged since they were last checked"
elif run_clang_tidy; then
  echo "$state" >"$checked"
else
  result=1
fi

if ((result == 0)); then say "style: nothing to complain about"; fi
exit "$result"
