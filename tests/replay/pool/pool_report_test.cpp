#include "tests/replay/pool/pool_ledger.hpp"

namespace plimsoll::testing_aid {
namespace {

using risk::pool::PoolCause;
using L = PoolLedger;

[[nodiscard]] std::size_t at(PoolCause cause) { return static_cast<std::size_t>(cause); }

/// A week in which all happens: trades, prices, both queues, hedges, a gift, a loss of somebody else that the pool pays.
class PoolWeek : public testing::Test, public PoolSetting {
protected:
    static constexpr int days = 6;
    std::vector<std::uint64_t> evenings;
    Int128 gift = 0;
    Int128 debt = 0;

    PoolWeek() : PoolSetting(Changes{{"queue withdrawal_seconds", "3600"}, {"breakers base_distance", "9"}, {"breakers skew_distance", "9"}}) {
        for (int day = 1; day <= days; ++day) {
            TimeNs const morning = day * L::day;
            ledger.must_take(L::spot(std::to_string(3000 + (day % 3 - 1) * 150)), morning);
            ledger.must_take(ledger.trade("bob", day % 2 == 0 ? call : put, true, std::to_string(4 + day)));
            ledger.must_take(ledger.trade("carol", call, false, "1.5"));
            if (day % 2 == 0) ledger.must_take(ledger.deposit("bob", "12345.678901"));
            ledger.must_take(ledger.withdraw("alice", "7777.777"));
            ledger.must_take(L::spot("3033"), morning + L::hour);
            ledger.must_take(ledger.hedge(day == 3 ? "3050" : ""), morning + L::hour);
            ledger.must_take(ledger.process(), morning + L::hour);
            if (day == 4) pay_for_others();
            evenings.push_back(ledger.book().sequence());
            if (day == 3) ledger.again();
        }
    }
    void pay_for_others() {
        gift = L::units("250");
        ledger.must_take(risk::Transfer{ledger.account("alice"), ledger.account("lp"), AssetId{1}, Amount{gift}});
        debt = L::units("99.5");
        BadDebtRecognised seen;
        seen.loss = 1;
        seen.account = ledger.account("carol").number();
        seen.asset = 1;
        seen.amount = to_wire(debt);
        ledger.record(rare(seen));
        WaterfallPaid paid;
        paid.loss = 1;
        paid.layer = wire::Layer::pool;
        paid.payer = ledger.account("lp").number();
        paid.account = seen.account;
        paid.asset = 1;
        paid.amount = to_wire(debt);
        ledger.record(rare(paid));
    }
};

TEST_F(PoolWeek, EachStretchIsExplainedToTheLastDigit) {
    for (std::size_t from = 0; from <= evenings.size(); ++from) {
        for (std::size_t to = std::max<std::size_t>(from, 1); to <= evenings.size(); ++to) {
            auto const why = ledger.view(from == 0 ? 0 : evenings[from - 1], evenings[to - 1]).explanation;
            SCOPED_TRACE("evening " + std::to_string(from) + " to " + std::to_string(to));
            EXPECT_EQ(why.rest, 0);
            Int128 value = 0;
            Int128 price = 0;
            for (std::size_t i = 0; i < risk::pool::pool_causes; ++i) {
                value += why.value[i];
                price += why.per_share[i];
            }
            EXPECT_EQ(value, why.to.net_value() - why.from.net_value());
            EXPECT_EQ(price + why.rounding, why.to.share_price() - why.from.share_price());
            // A unit a cause and stretch; days bring two entries at most.
            EXPECT_LE(why.rounding < 0 ? -why.rounding : why.rounding, static_cast<Int128>((to - from + 1) * (risk::pool::pool_causes + 2)));
        }
    }
}

TEST_F(PoolWeek, StretchesAddUp) {
    std::array<Int128, risk::pool::pool_causes> sum{};
    for (std::size_t day = 0; day < evenings.size(); ++day) {
        auto const part = ledger.view(day == 0 ? 0 : evenings[day - 1], evenings[day]).explanation;
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part.value[i];
    }
    EXPECT_EQ(sum, ledger.view(0, evenings.back()).explanation.value);
}

TEST_F(PoolWeek, CausesAreWhatHappened) {
    auto const why = ledger.view().explanation;
    EXPECT_EQ(why.value[at(PoolCause::bad_debt)], -debt);
    EXPECT_EQ(why.value[at(PoolCause::other)], gift);
    EXPECT_EQ(why.value[at(PoolCause::deposits)], L::units("1000000") + 3 * L::units("12345.678901"));
    Int128 received = ledger.balance("alice") - L::units("4000000") + gift;
    EXPECT_EQ(why.value[at(PoolCause::withdrawals)], -received) << "what left the pool is what alice has";
    EXPECT_GT(why.per_share[at(PoolCause::withdrawals)], 0) << "exit fees";
    std::array<Int128, risk::pool::pool_causes> postings{};
    for (auto const& each : why.postings) postings[at(each.cause)] += each.amount;
    for (PoolCause const cause : {PoolCause::option_fees, PoolCause::spot_fees, PoolCause::variance_fees, PoolCause::vega_fees, PoolCause::bad_debt, PoolCause::deposits,
                                  PoolCause::withdrawals, PoolCause::other}) {
        EXPECT_EQ(postings[at(cause)], why.value[at(cause)]) << risk::pool::word(cause);
    }
    EXPECT_EQ(postings[at(PoolCause::options)] + why.to.options_value, why.value[at(PoolCause::options)]);
    EXPECT_EQ(postings[at(PoolCause::hedge)] + why.to.base_value, why.value[at(PoolCause::hedge)]);
}

/// Money that was there before the pool's first command is no surprise.
TEST(PoolReport, KnowsWhatCameBeforeTheFirstCommand) {
    PoolLedger ledger(Changes{{"queue deposit_seconds", "0"}});
    ledger.must_take(ledger.pay_in("lp", "77"));
    EXPECT_EQ(ledger.view().explanation.rest, 0);
    ledger.must_take(ledger.pay_in("alice", "1000"));
    ledger.must_take(ledger.deposit("alice", "1000"));
    ledger.must_take(ledger.process());
    auto const why = ledger.view().explanation;
    EXPECT_EQ(why.rest, 0);
    EXPECT_EQ(why.value[at(PoolCause::other)], L::units("77"));
    EXPECT_EQ(why.to.share_price(), L::units("1.077"));
}

} // namespace
} // namespace plimsoll::testing_aid
