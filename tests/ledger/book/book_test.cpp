#include "ledger/book/book.hpp"

#include "ledger/book/invariants.hpp"
#include "tests/ledger/book/market.hpp"
#include "tests/ledger/event/random.hpp"

#include <gtest/gtest.h>

#include <map>

namespace plimsoll::book {
namespace {

using namespace testing_aid;

// ---- pages ----

TEST(Table, PagesFillFourKibibytes) {
    static_assert(Table<PositionRow>::rows_per_page == 64);
    static_assert(Table<BalanceRow>::rows_per_page == 64); // 64 * 64 = 4,096: exactly a page
    static_assert(Table<AccountRow>::rows_per_page == 32);
    Table<PositionRow> table;
    EXPECT_EQ(table.page_count(), 0U);
    for (std::uint32_t i = 1; i <= 64; ++i) EXPECT_EQ(table.add({}), i);
    EXPECT_EQ(table.page_count(), 1U);
    EXPECT_EQ(table.page(0).size(), 4'096U);
    table.add({});
    EXPECT_EQ(table.page_count(), 2U);
    EXPECT_EQ(table.page(1).size(), 64U) << "the last page is as long as its rows";
}

TEST(Table, IdsCountFromOne) {
    Table<PositionRow> table;
    table.add({});
    EXPECT_FALSE(table.has(0));
    EXPECT_TRUE(table.has(1));
    EXPECT_FALSE(table.has(2));
    EXPECT_FALSE(table.has(0xFFFF'FFFF));
}

TEST(Table, KnowsWhichPagesWereWritten) {
    Table<PositionRow> table;
    table.clean(); // of nothing
    for (int i = 0; i < 200; ++i) table.add({});
    EXPECT_EQ(table.dirty_pages(), 4U);
    table.clean();
    EXPECT_EQ(table.dirty_pages(), 0U);
    table.write(64).size = Quantity{1}; // last of page 0
    table.write(129).size = Quantity{1}; // first of page 2
    EXPECT_TRUE(table.is_dirty(0));
    EXPECT_FALSE(table.is_dirty(1));
    EXPECT_TRUE(table.is_dirty(2));
    EXPECT_FALSE(table.is_dirty(3));
    table.add({});
    EXPECT_TRUE(table.is_dirty(3)) << "a new row writes the page that it joins";
}

TEST(Table, LoadsPagesOfExactlyTheirSize) {
    Table<PositionRow> table;
    for (int i = 0; i < 100; ++i) table.add({});
    table.write(100).size = Quantity{7};
    Table<PositionRow> loaded;
    loaded.reset(100);
    EXPECT_TRUE(loaded.load_page(0, table.page(0)));
    EXPECT_TRUE(loaded.load_page(1, table.page(1)));
    EXPECT_EQ(loaded[100].size, Quantity{7});
    EXPECT_EQ(loaded.dirty_pages(), 0U);
    EXPECT_FALSE(loaded.load_page(1, table.page(0))) << "too long";
    EXPECT_FALSE(loaded.load_page(0, table.page(1))) << "too short";
    EXPECT_FALSE(loaded.load_page(2, table.page(1))) << "no such page";
}

// ---- look-ups ----

TEST(DenseIndex, FindsWhatAMapFinds) {
    Random random(8);
    DenseIndex index;
    std::map<std::uint64_t, std::uint32_t> map;
    for (std::uint32_t row = 1; row <= 20'000; ++row) {
        // Dense keys, as of accounts and assets, and scattered ones, as of names.
        std::uint64_t const key = random.chance(2) ? std::uint64_t{row} << 32 | random.below(4) : random.word();
        if (!map.emplace(key, row).second) continue;
        index.insert(key, row);
        if (row == 5'000) index.reserve(30'000);
    }
    for (auto const& [key, row] : map) ASSERT_EQ(index.find(key), row);
    for (int i = 0; i < 20'000; ++i) {
        std::uint64_t const key = random.word();
        ASSERT_EQ(index.find(key), map.contains(key) ? map[key] : 0);
    }
    EXPECT_EQ(index.find(0), 0U);
}

TEST(DenseIndex, RowsOfOneKeyAreToldApartByTheCaller) {
    DenseIndex index;
    for (std::uint32_t row = 1; row <= 100; ++row) index.insert(42, row);
    for (std::uint32_t row = 1; row <= 100; ++row) {
        EXPECT_EQ(index.find(42, [&](std::uint32_t each) { return each == row; }), row);
    }
    EXPECT_EQ(index.find(42, [](std::uint32_t) { return false; }), 0U);
}

TEST(Book, NamesAreFoundAmongMany) {
    Sample sample;
    for (int i = 0; i < 3'000; ++i) sample.account("account " + std::to_string(i));
    for (int i = 0; i < 3'000; ++i) {
        auto const id = sample.book().find_account("account " + std::to_string(i));
        ASSERT_TRUE(id.has_value());
        ASSERT_EQ(id->number(), static_cast<std::uint32_t>(i) + 1);
    }
    EXPECT_EQ(sample.book().find_account("account 3000"), std::nullopt);
    EXPECT_EQ(sample.book().find_account(""), std::nullopt);
}

// ---- rows that contradict each other ----

struct Broken {
    char const* name;
    void (*damage)(Book&);
    friend void PrintTo(Broken const& row, std::ostream* out) { *out << row.name; }
};

class BookDamaged : public testing::TestWithParam<Broken> {};

TEST_P(BookDamaged, IsSeenWhenLookUpsAreRebuilt) {
    Sample sample = market();
    ASSERT_TRUE(sample.raw().rebuild_indexes());
    GetParam().damage(sample.raw());
    EXPECT_FALSE(sample.raw().rebuild_indexes());
}

INSTANTIATE_TEST_SUITE_P(
    EveryContradiction, BookDamaged,
    testing::Values(
        Broken{"NoHead", [](Book& book) { book.head.reset(0); }},
        Broken{"TwoHeads", [](Book& book) { book.head.add({}); }},
        Broken{"FirstBalancePastTheEnd",
               [](Book& book) { book.accounts.write(2).first_balance = book.balances.size() + 1; }},
        Broken{"FirstPositionPastTheEnd",
               [](Book& book) { book.accounts.write(2).first_position = book.positions.size() + 1; }},
        Broken{"BalancesInACircle", [](Book& book) { book.balances.write(3).next = 3; }},
        Broken{"BalanceBeforeItsNext", [](Book& book) { book.balances.write(3).next = 4; }},
        Broken{"PositionsInACircle", [](Book& book) { book.positions.write(2).next = 2; }},
        Broken{"BalanceOfNobody", [](Book& book) { book.balances.write(1).account = nobody; }},
        Broken{"BalanceOfNoAsset", [](Book& book) { book.balances.write(1).asset = {}; }},
        Broken{"PositionOfNobody", [](Book& book) { book.positions.write(1).account = {}; }},
        Broken{"PositionOfNoInstrument", [](Book& book) { book.positions.write(1).instrument = no_instrument; }}),
    [](auto const& row) { return row.param.name; });

// ---- law 4 over a whole book ----

TEST(Invariants, OneUnitOffIsFoundAndNamed) {
    Sample sample = market();
    need(check_balance(sample.book()));

    Sample cash = sample;
    ASSERT_TRUE(cash.raw().balances.write(1).amount.add(Amount{1}));
    auto const by_cash = check_balance(cash.book());
    ASSERT_FALSE(by_cash);
    EXPECT_TRUE(by_cash.error().is(Errc::legs_do_not_balance));
    EXPECT_EQ(by_cash.error().detail(), "asset USDC sums to 0.000000000000000001");

    Sample quote = sample;
    ASSERT_TRUE(quote.raw().positions.write(1).quote.add(Amount{-1}));
    EXPECT_EQ(check_balance(quote.book()).error().detail(), "asset USDC sums to -0.000000000000000001");

    Sample size = sample;
    ASSERT_TRUE(size.raw().positions.write(1).size.add(Quantity{1}));
    EXPECT_EQ(check_balance(size.book()).error().detail(), "instrument BTC-PERP sums to 0.000000000000000001");
}

TEST(Invariants, SumsMayPass128BitsOnTheWay) {
    Sample sample = market();
    auto const most = Amount{static_cast<Int128>((Uint128{1} << 127) - 1)};
    for (int i = 0; i < 3; ++i) sample.raw().balances.add({carol, share, 0, 0, most, {}, {}});
    for (int i = 0; i < 3; ++i) sample.raw().balances.add({carol, share, 0, 0, -most, {}, {}});
    EXPECT_TRUE(check_balance(sample.book()).has_value());
}

} // namespace
} // namespace plimsoll::book
