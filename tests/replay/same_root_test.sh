#!/usr/bin/env bash
# Purity across builds: g++ and clang++, -O0 and -O3, give one generated day the same state root and the
# same log. Only what makes events and adds them up is compiled, into a temporary directory.
# PLIMSOLL_FULL=1 for a day of a million events; 50,000 otherwise. CLANG names another clang++.
set -euo pipefail

source_dir=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
events=50000
if [[ -n ${PLIMSOLL_FULL:-} ]]; then events=1000000; fi
clang=${CLANG:-clang++-19}

source "$source_dir/tests/house/alone.sh"

unit event "$source_dir"/ledger/event/*.cpp
unit book "$source_dir"/ledger/book/*.cpp
unit day $(ls "$source_dir"/tools/generate/*.cpp | grep -v -e /drive.cpp -e /decided.cpp) "$source_dir"/tools/errc.cpp \
    "$source_dir"/tests/replay/same_root.cpp

launcher=$(command -v ccache || true)
# build DIRECTORY COMPILER LEVEL
build() {
    mkdir "$1"
    printf '%s\n' event book day | xargs -P 2 -I {} \
        $launcher "$2" "$3" -std=c++20 -ffp-contract=off -I "$source_dir" -I include -c {}.cpp -o "$1/{}.o"
    "$2" "$1"/*.o -o "$1/same_root" -lflatbuffers -lcrypto -lfmt
}

compilers=(g++)
if command -v "$clang" >/dev/null; then
    compilers+=("$clang")
else
    echo "no $clang here: only g++ is compared with itself"
fi

expected=
for compiler in "${compilers[@]}"; do
    for level in -O0 -O3; do
        build "$compiler$level" "$compiler" "$level"
        root=$("$compiler$level/same_root" "$events")
        echo "$compiler $level: $root"
        if [[ $root != "${expected:=$root}" ]]; then
            echo "differs from the first, which said: $expected" >&2
            exit 1
        fi
    done
done
