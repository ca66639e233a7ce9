#include "risk/bridge/book_ahead.hpp"
#include "tests/replay/bridge/bridge_ledger.hpp"

#include <random>

namespace plimsoll::risk {
namespace {

using testing_aid::BridgeLedger;
using testing_aid::must;
using B = BridgeLedger;

[[nodiscard]] Levels levels_in(book::Book const& book, AccountId account) {
    auto const market = must(Market::of(book, B::usd));
    auto const valuation = must(Valuation::of(book, B::usd));
    Portfolio portfolio;
    must(PortfolioView(market, valuation).read(account, portfolio));
    auto const model = must(make_model(*shipped_preset("dydx-v4-perp"), market, {}));
    return must(model->evaluate(portfolio, nullptr));
}

/// Whatever an account has on chains, gathering it neither adds to its margin nor takes from it, in the last digit too.
TEST(Gathering, ChangesNoMargin) {
    BridgeLedger venue("dydx-v4-perp");
    venue.must_take(B::mark("100"));
    venue.bring("home", "0xb", 1, B::bob, "1000000");
    std::mt19937_64 random(20'260'116);
    std::uint64_t gathered = 0;
    for (std::uint64_t block = 2; block < 42; ++block) {
        for (auto const* chain : {"one", "two"}) {
            std::string const amount = std::to_string(random() % 900) + "." + std::to_string(random() % 1'000'000'000 + 1);
            venue.bring(chain, "0x" + std::to_string(block), block, B::alice, amount, static_cast<BridgeState>(random() % 4));
        }
        if (random() % 2 == 0) static_cast<void>(venue.ask(B::trade(B::alice, B::bob, "0.7", "100")));
        if (random() % 3 == 0) static_cast<void>(venue.ask(Transfer{B::alice, B::carol, B::usd_two, testing_aid::amount("3.000000000000000007")}));
        Levels const before = levels_in(venue.book(), B::alice);
        Decision decision;
        Origin origin;
        origin.source_time = venue.book().time();
        must(venue.house().bridges()->gather(B::alice, origin, decision));
        gathered += decision.events.size();
        BookAhead ahead(venue.book());
        must(ahead.catch_up(decision.events));
        must(book::check_balance(ahead.book()));
        Levels const after = levels_in(ahead.book(), B::alice);
        EXPECT_EQ(after.mark_to_market, before.mark_to_market) << "block " << block;
        EXPECT_EQ(after.maintenance_excess, before.maintenance_excess) << "block " << block;
        EXPECT_EQ(balance_of(ahead.book(), B::alice, B::usd_one), 0);
        EXPECT_EQ(balance_of(ahead.book(), B::alice, B::usd_two), 0);
        AccountId const exchange = venue.named("exchange:USD");
        Int128 over_all = 0;
        for (AssetId const asset : {B::usd, B::usd_one, B::usd_two}) over_all += balance_of(ahead.book(), exchange, asset);
        EXPECT_EQ(over_all, 0) << "the exchange keeps nothing";
    }
    EXPECT_GT(gathered, 200U);
}

} // namespace
} // namespace plimsoll::risk
