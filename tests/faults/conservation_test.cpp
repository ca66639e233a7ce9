// R30: after every one of millions of random events, per asset: everything inside is what came in less what went out.
//
//   PLIMSOLL_CONSERVATION_EVENTS=10000000   the full figure; PLIMSOLL_CONSERVATION_SEED

#include "ledger/book/invariants.hpp"
#include "tests/ledger/book/random_life.hpp"
#include "tests/replay/expected_log.hpp"

#include <cstdio>

namespace plimsoll::faults {
namespace {

using namespace testing_aid;

/// What the legs of events moved over the line between the accounts outside and all others.
struct Crossings {
    book::Book const& book;
    std::vector<Uint128> in; ///< by asset; sums wrap, and a difference of nothing is nothing there too

    void cash(AccountId account, AssetId asset, Amount amount) { add(account, asset, amount); }
    void quote(AccountId account, InstrumentId, AssetId asset, Amount amount) { add(account, asset, amount); }
    void size(AccountId, InstrumentId, Quantity) {}
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}

private:
    void add(AccountId account, AssetId asset, Amount amount) {
        if (in.size() <= asset.number()) in.resize(asset.number() + 1);
        if (book.accounts[account.number()].kind == wire::AccountKind::outside) {
            in[asset.number()] -= static_cast<Uint128>(amount.units());
        }
    }
};

/// Cash and quote of everybody who is not outside, by asset: from the rows, whatever the events said.
void count_inside(book::Book const& book, std::vector<Uint128>& inside) {
    inside.assign(book.assets.size() + 1, 0);
    auto is_inside = [&](AccountId account) { return book.accounts[account.number()].kind != wire::AccountKind::outside; };
    for (book::BalanceRow const& row : book.balances.rows()) {
        if (is_inside(row.account)) inside[row.asset.number()] += static_cast<Uint128>(row.amount.units());
    }
    for (book::PositionRow const& row : book.positions.rows()) {
        if (!is_inside(row.account)) continue;
        inside[book.instrument(row.instrument).settle.number()] += static_cast<Uint128>(row.quote.units());
    }
}

TEST(Conservation, HoldsAfterEveryEvent) {
    std::uint64_t const wanted = number_in("PLIMSOLL_CONSERVATION_EVENTS", 20'000);
    std::uint64_t seed = number_in("PLIMSOLL_CONSERVATION_SEED", 2'026);
    std::uint64_t const first_seed = seed;
    constexpr std::size_t events_per_life = 2'000; // a young book is small: every row can be counted at every event
    std::uint64_t events = 0;
    std::vector<Uint128> inside;
    for (; events < wanted; ++seed) {
        RandomLife life(seed);
        while (life.sample().events().size() < events_per_life) life.step();
        book::Book book;
        Crossings crossings{book, {}};
        book::LegSums sums;
        for (Event const& event : life.sample().events()) {
            must(book::apply(book, event));
            sums.clear();
            visit_body(event.body, [&](auto const& fact) {
                book::post(fact, sums);
                book::post(fact, crossings);
            });
            ASSERT_TRUE(sums.are_zero()) << "seed " << seed << ": " << show(event);
            count_inside(book, inside);
            crossings.in.resize(std::max(crossings.in.size(), inside.size()));
            for (std::size_t asset = 1; asset < inside.size(); ++asset) {
                ASSERT_TRUE(inside[asset] == crossings.in[asset])
                    << "asset " << asset << " after event #" << book.sequence() << " of seed " << seed << ": " << show(event);
            }
            ++events;
        }
        auto const verdict = book::check_balance(book);
        ASSERT_TRUE(verdict) << verdict.error().message();
    }
    std::printf("%llu events, seeds %llu to %llu: everything inside is what came in less what went out, after each\n",
                static_cast<unsigned long long>(events), static_cast<unsigned long long>(first_seed),
                static_cast<unsigned long long>(seed - 1));
}

} // namespace
} // namespace plimsoll::faults
