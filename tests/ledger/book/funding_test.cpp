#include "ledger/book/decide.hpp"

#include "ledger/book/invariants.hpp"
#include "tests/ledger/book/market.hpp"

#include <gtest/gtest.h>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

// Signs (README, table of signs): the index is what one contract has paid since the beginning, so a
// long position receives -size * (index now - index met). All figures are worked by hand.

[[nodiscard]] std::vector<Event> decided(Sample const& sample, Event const& ask) {
    std::vector<Event> events;
    need(decide(sample.book(), ask, events));
    return events;
}

TEST(Funding, PendingIsDecidedBeforeATrade) {
    Sample sample = market(); // alice +2, bob -2, both at index 0
    sample.funding("BTC-PERP", "1.5");
    std::uint64_t const before = sample.book().sequence();
    Origin const origin{.source_time = 5, .cursor = {8, 9}, .record = 77, .source = 1, .cause = Cause::command};
    std::vector<Event> const events = decided(sample, {origin, a<Traded>()});

    ASSERT_EQ(events.size(), 3U);
    IndexMet want = a<IndexMet>(); // alice and the market account
    want.index = index_at("1.5");
    want.amount = amount("-3"); // -2 * 1.5
    EXPECT_EQ(std::get<IndexMet>(events[0].body), want);
    want.account = bob;
    want.amount = amount("3");
    EXPECT_EQ(std::get<IndexMet>(events[1].body), want);
    Traded trade = a<Traded>();
    trade.index = index_at("1.5"); // filled in
    EXPECT_EQ(std::get<Traded>(events[2].body), trade);

    Origin by_rule = origin; // the same record, another cause, and the trade named as what triggered it
    by_rule.cause = Cause::pending_funding;
    by_rule.cause_sequence = before + 3;
    EXPECT_EQ(events[0].origin, by_rule);
    EXPECT_EQ(events[1].origin, by_rule);
    EXPECT_EQ(events[2].origin, origin);

    sample.happens(Event{origin, a<Traded>()});
    EXPECT_EQ(sample.book().sequence(), before + 3);
    EXPECT_EQ(sample.balance("alice", "USDC"), "997");
    EXPECT_EQ(sample.balance("bob", "USDC"), "1003");
    EXPECT_EQ(sample.balance("house", "USDC"), "0");
    EXPECT_EQ(sample.position("alice", "BTC-PERP"), "3 -300 1.5");
    EXPECT_EQ(sample.position("bob", "BTC-PERP"), "-3 300 1.5");
    need(check_balance(sample.book()));
}

TEST(Funding, IsMetOnce) {
    Sample sample = market();
    sample.funding("BTC-PERP", "1.5").happens(a<Traded>());
    EXPECT_EQ(decided(sample, {{}, a<Traded>()}).size(), 1U);
    sample.funding("BTC-PERP", "1.5"); // recorded again, but it is the same
    EXPECT_EQ(decided(sample, {{}, a<Traded>()}).size(), 1U);
    sample.funding("BTC-PERP", "1"); // it may fall: then shorts pay
    EXPECT_EQ(std::get<IndexMet>(decided(sample, {{}, a<Traded>()})[0].body).amount, amount("1.5")); // -3 * -0.5
}

TEST(Funding, OnlyOpenPositionsMeetIt) {
    Sample sample = market();
    sample.funding("BTC-PERP", "2");
    Traded trade = a<Traded>();
    trade.buyer = dave; // has none yet
    EXPECT_EQ(decided(sample, {{}, trade}).size(), 2U) << "bob alone";
    sample.happens(trade);
    EXPECT_EQ(sample.position("dave", "BTC-PERP"), "1 -100 2") << "and starts where the index stands";

    sample.trade("bob", "dave", "BTC-PERP", "1", "100"); // closes dave at index 2
    sample.funding("BTC-PERP", "5");
    EXPECT_EQ(decided(sample, {{}, trade}).size(), 2U) << "a closed position owes nothing";
    sample.happens(trade);
    EXPECT_EQ(sample.position("dave", "BTC-PERP"), "1 -100 5");
    EXPECT_EQ(sample.balance("dave", "USDC"), "none") << "every trade was in variation: no cash moved";
}

struct Rounded {
    char const* name;
    Int128 size;                        ///< units
    std::string_view index_now;
    Int128 numerator, denominator;
    Int128 want;                        ///< units that the account receives
    friend void PrintTo(Rounded const& row, std::ostream* out) { *out << row.name; }
};

class FundingRounding : public testing::TestWithParam<Rounded> {};

TEST_P(FundingRounding, GoesDown) {
    auto const& row = GetParam();
    InstrumentRow instrument;
    instrument.funding_index = index_at(row.index_now);
    instrument.multiplier_numerator = {static_cast<std::uint64_t>(row.numerator), 0};
    instrument.multiplier_denominator = {static_cast<std::uint64_t>(row.denominator), 0};
    PositionRow position;
    position.size = Quantity{row.size};
    EXPECT_EQ(need(pending_funding(instrument, position)).units(), row.want);
}

INSTANTIATE_TEST_SUITE_P(ByHand, FundingRounding,
                         testing::Values(Rounded{"LongPaysHalfAUnitMore", 3, "0.5", 1, 1, -2},     // -1.5
                                         Rounded{"ShortReceivesHalfAUnitLess", -3, "0.5", 1, 1, 1}, // +1.5
                                         Rounded{"LongReceivesLess", 3, "-0.5", 1, 1, 1},
                                         Rounded{"ShortPaysMore", -3, "-0.5", 1, 1, -2},
                                         Rounded{"Exact", 4, "0.5", 1, 1, -2},
                                         Rounded{"AlmostNothing", 1, "0.000000000000000001", 1, 1, -1},
                                         Rounded{"AlmostNothingReceived", -1, "0.000000000000000001", 1, 1, 0},
                                         // 10 * 3/7 = 4.28...
                                         Rounded{"MultiplierIsAFraction", 10, "1", 3, 7, -5},
                                         Rounded{"MultiplierIsAFractionForShorts", -10, "1", 3, 7, 4},
                                         Rounded{"NoPosition", 0, "1", 1, 1, 0}),
                         [](auto const& row) { return row.param.name; });

TEST(Funding, RemainderStaysWithTheMarketAccount) {
    Sample sample = market();
    sample.trade("carol", "dave", "BTC-PERP", "0.000000000000000003", "100");
    sample.funding("BTC-PERP", "0.5");
    Traded back = a<Traded>();
    back.buyer = dave;
    back.seller = carol;
    back.size = Quantity{3};
    back.quote = {};
    sample.happens(back);
    // carol, long, pays 1.5 rounded to 2; dave receives 1.5 rounded to 1
    EXPECT_EQ(sample.balance("carol", "USDC"), "9.999999999999999998");
    EXPECT_EQ(sample.balance("dave", "USDC"), "0.000000000000000001");
    EXPECT_EQ(sample.balance("house", "USDC"), "0.000000000000000001");
    need(check_balance(sample.book()));
}

TEST(Funding, MarketAccountDoesNotPayItself) {
    Sample sample = market();
    sample.trade("house", "bob", "BTC-PERP", "1", "100");
    sample.funding("BTC-PERP", "1");
    Traded trade = a<Traded>();
    trade.buyer = house;
    std::vector<Event> const events = decided(sample, {{}, trade});
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<IndexMet>(events[0].body).account, bob);
    sample.happens(trade);
    EXPECT_EQ(sample.position("house", "BTC-PERP"), "2 -200 1");
}

TEST(Funding, NeedsAMarketAccountToPayIt) {
    Sample sample = market();
    sample.trade("alice", "bob", "BARE-PERP", "1", "100");
    sample.funding("BARE-PERP", "1");
    Traded trade = a<Traded>();
    trade.instrument = bare;
    auto const verdict = sample.try_event({{}, trade});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(Errc::unknown_account));
    EXPECT_NE(verdict.error().message().find("BARE-PERP"), std::string::npos);
}

TEST(Funding, PremiumPositionsMeetItAndSpotDoesNot) {
    Sample sample = market();
    sample.trade("alice", "bob", "BTC-CALL", "1", "5").funding("BTC-CALL", "1");
    EXPECT_EQ(sample.position("alice", "BTC-CALL"), "1 0 0");
    EXPECT_EQ(sample.balance("alice", "USDC"), "995");
    Traded option = a<Traded>();
    option.instrument = call;
    option.booking = Booking::premium;
    EXPECT_EQ(decided(sample, {{}, option}).size(), 3U);

    sample.trade("alice", "bob", "BTC-USDC", "1", "90");
    EXPECT_EQ(sample.position("alice", "BTC-USDC"), "none");
    EXPECT_EQ(sample.balance("alice", "BTC"), "1");
    EXPECT_EQ(sample.balance("alice", "USDC"), "905");
}

TEST(Funding, IsDecidedBeforeASettlementThatChangesTheSize) {
    Sample sample = market();
    sample.funding("BTC-PERP", "1.5");
    std::vector<Event> events = decided(sample, {{}, a<PositionSettled>()}); // alice to the market account
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<IndexMet>(events[0].body).amount, amount("-3"));
    EXPECT_EQ(events[0].origin.cause_sequence, sample.book().sequence() + 2);

    PositionSettled cash_only = a<PositionSettled>();
    cash_only.size = {};
    EXPECT_EQ(decided(sample, {{}, cash_only}).size(), 1U);
}

TEST(Funding, WhoTakesAPositionOverStartsAtTheIndexOfToday) {
    Sample sample = market();
    sample.funding("BTC-PERP", "1.5");
    PositionSettled over = a<PositionSettled>();
    over.counter = dave; // has no position yet
    over.type = wire::SettlementType::transfer;
    over.size = quantity("2");
    sample.happens(over);
    EXPECT_EQ(sample.position("dave", "BTC-PERP"), "2 -100 1.5");
    auto const pending = pending_funding(sample.book().instrument(perp), *sample.book().position(dave, perp));
    EXPECT_EQ(need(pending), Amount{}) << "what came before was alice's";
    need(check_balance(sample.book()));

    // Once more into a position that was closed at an older index.
    sample.trade("bob", "dave", "BTC-PERP", "2", "100").funding("BTC-PERP", "4");
    sample.trade("alice", "bob", "BTC-PERP", "2", "100").happens(over);
    EXPECT_EQ(sample.position("dave", "BTC-PERP"), "2 0 4");
    need(check_balance(sample.book()));
}

TEST(Funding, TooMuchIsRefused) {
    InstrumentRow instrument;
    instrument.multiplier_numerator = {1, 0};
    instrument.multiplier_denominator = {1, 0};
    instrument.funding_index = Index{event_limit_units};
    PositionRow position;
    position.size = Quantity{row_limit_units};
    EXPECT_TRUE(pending_funding(instrument, position).error().is(Errc::amount_overflow));
    position.size = Quantity{1};
    EXPECT_TRUE(pending_funding(instrument, position).has_value());
    position.index = Index{-row_limit_units * 2 + 1}; // damage: the step itself leaves 128 bits
    instrument.funding_index = Index{row_limit_units};
    EXPECT_TRUE(pending_funding(instrument, position).error().is(Errc::amount_overflow));
    instrument.multiplier_denominator = {0, 0};
    EXPECT_TRUE(pending_funding(instrument, PositionRow{}).error().is(Errc::amount_overflow));
}

} // namespace
} // namespace plimsoll::book
