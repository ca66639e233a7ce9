#include "tools/import/stark_perpetual.hpp"

#include "ledger/book/decide.hpp"
#include "tests/tools/import_setting.hpp"
#include "tests/tools/stark_sample.hpp"
#include "tools/errc.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::Contains;
using testing::HasSubstr;

[[nodiscard]] result<ImportSummary> import(ImportSetting& setting, SampleUpdate const& update) {
    return setting.run(import_stark_perpetual,
                       setting.file(json_of(update.pages()), "update.json"));
}

/// Size and index of a position, as the chain counts them.
[[nodiscard]] std::string position(book::Book const& book, std::string_view account,
                                   std::string_view instrument) {
    auto const id = book.find_account(account);
    auto const* const row = id ? book.position(*id, *book.find_instrument(instrument)) : nullptr;
    if (row == nullptr) return "none";
    return format_decimal(row->size) + " at " + format_decimal(Index{row->index});
}

TEST(StarkPerpetual, BooksWhatTheWordsShow) {
    ImportSetting setting;
    auto const summary = import(setting, SampleUpdate{});
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_read, 9U)
        << "2 states, 2 funding entries, 3 positions, 2 modifications";
    EXPECT_EQ(summary.value().records_added, 9U);
    EXPECT_THAT(summary.value().notes, Contains(HasSubstr("2 forced actions")));
    EXPECT_EQ(setting.balance("7", "USDC"), "9");
    EXPECT_EQ(setting.balance("8", "USDC"), "-1");
    EXPECT_EQ(setting.balance("9", "USDC"), "0");
    EXPECT_EQ(setting.balance("ethereum", "USDC"), "-8");
    EXPECT_EQ(position(setting.book(), "7", "BTC-10"), "2 at 1100");
    EXPECT_EQ(position(setting.book(), "8", "BTC-10"), "-0.0000000005 at 1300");
    EXPECT_EQ(position(setting.book(), "8", "ETH-9"), "0.000000003 at -700");
    EXPECT_EQ(position(setting.book(), "ethereum", "BTC-10"), "-1.9999999995 at 0");

    auto const& btc = setting.book().instrument(*setting.book().find_instrument("BTC-10"));
    // 10^10 / (10^6 * 2^32) = 625 / 2^28
    EXPECT_EQ(book::multiplier(btc.multiplier_numerator), 625);
    EXPECT_EQ(book::multiplier(btc.multiplier_denominator), 268'435'456);
    EXPECT_EQ(format_decimal(btc.mark.value), "536870912");
    EXPECT_EQ(format_decimal(btc.funding_index), "1300");
    EXPECT_EQ(setting.book().account(btc.market_account).kind, wire::AccountKind::market);
    EXPECT_EQ(setting.book().time(), 10'800'000'000'000);
}

TEST(StarkPerpetual, LeavesPendingFundingToWhoeverAsks) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    auto const& book = setting.book();
    auto const instrument = *book.find_instrument("BTC-10");
    auto const pending = book::pending_funding(book.instrument(instrument),
                                               *book.position(*book.find_account("7"), instrument));
    // -2 BTC * (1300 - 1100) * 625 / 2^28 = -0.000931322574615478515625 USDC, rounded down at 18
    // decimals
    EXPECT_EQ(format_decimal(pending.value()), "-0.000931322574615479");
}

TEST(StarkPerpetual, KeepsEveryTimeThatTheWordsName) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    auto const reader = setting.reader();
    auto index_at = [&](std::string_view time) {
        auto const moment = reader->at(reader->resolve(time).value());
        auto const& book = moment.value().book;
        return format_decimal(book.instrument(*book.find_instrument("BTC-10")).funding_index);
    };
    EXPECT_EQ(index_at("1970-01-01T01:00:00Z"), "1000");
    EXPECT_EQ(index_at("1970-01-01T01:59:59Z"), "1000");
    EXPECT_EQ(index_at("1970-01-01T02:00:00Z"), "1100");
    EXPECT_EQ(index_at("1970-01-01T03:00:00Z"), "1300");
}

TEST(StarkPerpetual, ImportedAgainAddsNothing) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    Hash const root = setting.engine().state_root();
    setting.reopen();
    auto const again = import(setting, SampleUpdate{});
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().events_added, 0U);
    EXPECT_EQ(again.value().records_duplicate, 9U);
    EXPECT_EQ(setting.engine().state_root(), root);
}

TEST(StarkPerpetual, AnotherUpdateOfTheSameTimeIsAConflict) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    SampleUpdate other;
    other.positions[0].collateral += 1;
    auto const refused = import(setting, other);
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(replay::Errc::record_conflicts)) << refused.error().message();
    EXPECT_THAT(refused.error().message(), HasSubstr("update.json: position 7"));
}

/// The update behind the sample: position 7 sold half, 8 is closed, and 10 is new.
[[nodiscard]] SampleUpdate next_update() {
    SampleUpdate next;
    next.before = next.after;
    next.root_before = next.root_after;
    next.root_after = 3;
    next.funding = {{14'400, 1'500, -800}};
    next.after = {14'400, 1'500, -800, 1 << 28, 1 << 22};
    next.modifications = {
        {71, 7, -1'000'000}, {91, 10, 4'000'000}, {55, 55, 6}, {55, 55, -6}, {71, 7, 0}};
    next.positions = {{7, 71, 12'000'000, 14'400, {{"BTC-10", 10'000'000'000}}},
                      {8, 0, 0, 0, {{"BTC-10", 0}}},
                      {10, 91, 3'000'000, 10'800, {{"ETH-9", 7}}}};
    return next;
}

TEST(StarkPerpetual, ContinuesWithTheNextUpdate) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    auto const summary = import(setting, next_update());
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_passed_over, 1U) << "a modification of nothing";
    EXPECT_EQ(setting.balance("7", "USDC"), "12");
    EXPECT_EQ(setting.balance("8", "USDC"), "0");
    EXPECT_EQ(setting.balance("10", "USDC"), "3");
    EXPECT_EQ(setting.balance("55", "USDC"), "0") << "paid in and out again, so it has no update";
    EXPECT_EQ(position(setting.book(), "7", "BTC-10"), "1 at 1500");
    EXPECT_EQ(position(setting.book(), "8", "BTC-10"), "0 at 1300");
    EXPECT_EQ(position(setting.book(), "8", "ETH-9"), "0 at -700")
        << "left out of the list: closed";
    EXPECT_EQ(position(setting.book(), "10", "ETH-9"), "0.000000007 at -700");
    EXPECT_THAT(summary.value().notes, Not(Contains(HasSubstr("missing"))));
    auto const earlier = import(setting, SampleUpdate{});
    ASSERT_TRUE(earlier) << earlier.error().message();
    EXPECT_EQ(earlier.value().events_added, 0U);
}

TEST(StarkPerpetual, SaysWhereAnUpdateIsMissing) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, SampleUpdate{}));
    SampleUpdate next = next_update();
    next.root_before = 77;
    auto const summary = import(setting, next);
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_THAT(summary.value().notes, Contains(HasSubstr("an update between them is missing")));
}

TEST(StarkPerpetual, AnEarlierUpdateIsLate) {
    ImportSetting setting;
    ASSERT_TRUE(import(setting, next_update()));
    auto const late = import(setting, SampleUpdate{});
    ASSERT_FALSE(late);
    EXPECT_TRUE(late.error().is(replay::Errc::record_late)) << late.error().message();
}

TEST(StarkPerpetual, HoldsMoreMarketsThanOneEventHasLegs) {
    SampleUpdate update;
    update.positions[0].balances.clear();
    auto pages = update.pages();
    // Forty markets in the first funding entry, and position 7 in all of them.
    StarkPage entries{word_of(2), word_of(40)};
    StarkPage positions{word_of(44), word_of(7), word_of(71), word_of(biased(9'000'000)),
                        word_of(7'200)};
    for (int i = 0; i < 40; ++i) {
        std::string const id = "M" + std::to_string(i) + "-6";
        entries.push_back(asset_word(id));
        entries.push_back(word_of(biased(i)));
        positions.push_back(balance_word(id, 1'000'000 * (i + 1)));
    }
    entries.push_back(word_of(7'200));
    entries.insert(entries.end(), pages[1].begin() + 7, pages[1].end());
    positions.insert(positions.end(), pages[2].begin() + 5, pages[2].end());
    ImportSetting setting;
    auto const summary =
        setting.run(import_stark_perpetual, setting.file(json_of({pages[0], entries, positions})));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(setting.balance("7", "USDC"), "9");
    for (int i = 0; i < 40; ++i) {
        EXPECT_EQ(position(setting.book(), "7", "M" + std::to_string(i) + "-6"),
                  std::to_string(i + 1) + " at " + std::to_string(i));
    }
}

TEST(StarkPerpetual, RefusesAFileWholeAndNamesIt) {
    ImportSetting setting;
    auto pages = SampleUpdate{}.pages();
    pages[2].pop_back();
    auto const refused =
        setting.run(import_stark_perpetual, setting.file(json_of(pages), "update.json"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::words_malformed));
    EXPECT_THAT(refused.error().message(), HasSubstr("update.json: page 2 word 13"));
    EXPECT_EQ(setting.book().sequence(), 0U);
    auto const absent = setting.run(import_stark_perpetual, setting.ledger() / "absent.json");
    EXPECT_TRUE(absent.error().is(Errc::file_unreadable));
}

} // namespace
} // namespace plimsoll::tools
