#!/usr/bin/env bash
# The same margins from g++ and clang++, at -O0 and -O3: each build recomputes every Derive vector, and
# all print the same. Only the exact rules and the program are compiled, into a temporary directory.
# CLANG names another clang++.
set -euo pipefail

source_dir=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
vectors=${SHARED_DIR:-$source_dir/../shared}/vectors/derive
clang=${CLANG:-clang++-19}
if [[ ! -d $vectors ]]; then
    echo "skipped: no $vectors"
    exit 0
fi

source "$source_dir/tests/house/alone.sh"
# One translation unit a folder where names allow it: reading the headers once is most of the work.
unit number "$source_dir"/risk/errc.cpp "$source_dir"/risk/number/{int256,wei,elementary}.cpp \
    "$source_dir"/risk/pricing/{black76,svi}.cpp
unit margin "$source_dir"/risk/margin/{derive_parameters,scenario_grid,derive_portfolio}.cpp
# The grid can also be priced by the fast family; no vector is.
unit fast "$source_dir"/risk/number/{fast,fast_tables,fraction,q64}.cpp "$source_dir"/risk/pricing/fast_black.cpp "$source_dir"/ledger/event/wide.cpp
unit standard "$source_dir"/risk/margin/derive_standard.cpp "$source_dir"/risk/clearing/{dutch_auction,cash,perpetual}.cpp "$source_dir"/ledger/event/errc.cpp
unit program "$source_dir"/tests/vectors/derive_*.cpp

launcher=$(command -v ccache || true)
# build DIRECTORY COMPILER LEVEL
build() {
    mkdir "$1"
    printf '%s\n' number margin standard fast program | xargs -P 2 -I {} \
        $launcher "$2" "$3" -std=c++20 -ffp-contract=off -I "$source_dir" -I include -c {}.cpp -o "$1/{}.o"
    "$2" "$1"/*.o -o "$1/derive_vectors" -lsimdjson
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
        said=$("$compiler$level/derive_vectors" "$vectors") || { echo "$said"; echo "$compiler $level differs from the vectors" >&2; exit 1; }
        echo "$compiler $level: $(tail -n 1 <<<"$said")"
        if [[ $said != "${expected:=$said}" ]]; then
            echo "says something else than the first build, which said: $expected" >&2
            exit 1
        fi
    done
done
