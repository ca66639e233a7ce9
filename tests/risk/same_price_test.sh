#!/usr/bin/env bash
# Purity across builds: g++ and clang++, -O0 and -O3, give a hundred thousand options the same prices,
# Greeks and implied volatilities, bit for bit. PLIMSOLL_FULL=1 for ten million. CLANG names another clang++.
set -euo pipefail

source_dir=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
options=100000
if [[ -n ${PLIMSOLL_FULL:-} ]]; then options=10000000; fi
clang=${CLANG:-clang++-19}

source "$source_dir/tests/house/alone.sh"
sources=("$source_dir"/risk/number/{fast,fast_tables,fraction,q64}.cpp "$source_dir"/risk/pricing/{fast_black,fast_spot,inverse,implied}.cpp
    "$source_dir"/ledger/event/{errc,wide}.cpp "$source_dir"/tests/risk/same_price.cpp)

compilers=(g++)
if command -v "$clang" >/dev/null; then
    compilers+=("$clang")
else
    echo "no $clang here: only g++ is compared with itself"
fi

launcher=$(command -v ccache || true)
expected=
for compiler in "${compilers[@]}"; do
    for level in -O0 -O3; do
        rm -f ./*.o
        printf '%s\n' "${sources[@]}" | xargs -P 2 -I {} \
            $launcher "$compiler" "$level" -std=c++20 -I "$source_dir" -I include -c {}
        "$compiler" ./*.o -o same_price
        sum=$(./same_price "$options")
        echo "$compiler $level: $sum"
        if [[ $sum != "${expected:=$sum}" ]]; then
            echo "differs from the first, which said: $expected" >&2
            exit 1
        fi
    done
done
