#!/usr/bin/env bash
# R19: every golden log adds up to its recorded roots in other builds: g++ and clang++, -O0 and -O3, and under the address
# and undefined-behaviour sanitizers. Only what adds events up is compiled, without RocksDB, into a temporary directory.
# Short: g++ -O0 and clang++ -O3. PLIMSOLL_FULL=1 for all six. CLANG names another clang++.
set -euo pipefail

source_dir=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
clang=${CLANG:-clang++-19}
source "$source_dir/tests/house/alone.sh"

unit event "$source_dir"/ledger/event/*.cpp
unit book "$source_dir"/ledger/book/*.cpp
unit worth "$source_dir"/risk/{counts_as,solvency,valuation,errc}.cpp "$source_dir"/risk/number/{fraction,wide_integer}.cpp
unit golden "$source_dir"/tools/golden/golden.cpp "$source_dir"/tools/errc.cpp "$source_dir"/tools/text/xz.cpp
unit main "$source_dir"/tests/replay/golden_builds.cpp

launcher=$(command -v ccache || true)
build() { # DIRECTORY COMPILER FLAG...
    local directory=$1 compiler=$2
    shift 2
    mkdir "$directory"
    printf '%s\n' event book worth golden main | xargs -P 2 -I {} \
        $launcher "$compiler" "$@" -std=c++20 -ffp-contract=off -I "$source_dir" -I include -c {}.cpp -o "$directory/{}.o"
    "$compiler" "$@" "$directory"/*.o -o "$directory/golden" -lflatbuffers -lcrypto -llzma
}

builds=("g++ -O0")
has_clang=
if command -v "$clang" >/dev/null; then has_clang=1; else echo "no $clang here: g++ only"; fi
if [[ -n $has_clang ]]; then builds+=("$clang -O3"); fi
if [[ -n ${PLIMSOLL_FULL:-} ]]; then
    builds+=("g++ -O3" "g++ -O1 -fsanitize=address,undefined -fno-sanitize-recover=all")
    if [[ -n $has_clang ]]; then builds+=("$clang -O0" "$clang -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"); fi
fi

number=0
for words in "${builds[@]}"; do
    number=$((number + 1))
    read -ra command <<<"$words"
    build "build$number" "${command[@]}"
    echo "$words:"
    # Each prints its roots and fails where they are not the recorded ones.
    "build$number/golden" "$source_dir"/tests/golden/*.golden*
done
