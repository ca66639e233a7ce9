#!/usr/bin/env bash
# The same rows from g++ and clang++, at -O0 and -O3: each build runs every row of vectors/protocols and
# vectors/scenarios, and all print the same. Compiling big integers four times takes minutes: only with PLIMSOLL_FULL=1.
set -euo pipefail

source_dir=${SOURCE_DIR:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}
vectors=${SHARED_DIR:-$source_dir/../shared}/vectors
clang=${CLANG:-clang++-19}
if [[ -z ${PLIMSOLL_FULL:-} ]]; then
    echo "skipped: PLIMSOLL_FULL=1 compiles the protocols' rules four times"
    exit 0
fi
if [[ ! -d $vectors/protocols ]]; then
    echo "skipped: no $vectors/protocols"
    exit 0
fi

source "$source_dir/tests/house/alone.sh"
# The program's own files, and what they use of risk/ and ledger/event.
sources=("$source_dir"/risk/number/{wide_integer,high_precision}.cpp "$source_dir"/risk/pool/*.cpp "$source_dir"/ledger/event/{errc,wide}.cpp)
for name in linear linear_account linear_update naked_bound option_spread collateral_ratio weights margin_levels lognormal_factor; do
    sources+=("$source_dir/risk/margin/$name.cpp")
done
for name in order_book_close deleverage withdrawal_gate rate_limiter auction_curve collateral_auction ramped_auction \
    weighted_liquidation index_loss loss_sharing price_bands option_liquidation; do
    sources+=("$source_dir/risk/clearing/$name.cpp")
done
for source in "$source_dir"/tests/vectors/*.cpp; do
    [[ $(basename "$source") == derive_* ]] || sources+=("$source")
done

expected=
for compiler in g++ "$clang"; do
    command -v "$compiler" >/dev/null || { echo "no $compiler here: left out"; continue; }
    for level in -O0 -O3; do
        rm -f ./*.o
        printf '%s\n' "${sources[@]}" | xargs -P 2 -I {} "$compiler" "$level" -std=c++20 -ffp-contract=off -I "$source_dir" -I include -c {}
        "$compiler" ./*.o -o protocol_vectors -lsimdjson
        said=$(./protocol_vectors "$vectors") || { echo "$said"; echo "$compiler $level: rows differ" >&2; exit 1; }
        echo "$compiler $level: $(sha256sum <<<"$said" | cut -c1-16)"
        if [[ $said != "${expected:=$said}" ]]; then
            echo "says something else than the first build" >&2
            exit 1
        fi
    done
done
