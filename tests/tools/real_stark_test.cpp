// The words of a real state update against a decode that somebody else published, read by other
// code.
#include "tests/tools/import_setting.hpp"
#include "tools/import/stark_perpetual.hpp"

#include <boost/multiprecision/cpp_int.hpp>
#include <map>
#include <simdjson.h>

namespace plimsoll::tools {
namespace {

using Rational = boost::multiprecision::cpp_rational;
using boost::multiprecision::cpp_int;

[[nodiscard]] cpp_int big(Int128 value) { return cpp_int(format_integer(value)); }
[[nodiscard]] Rational rational(Int128 units) { return Rational(big(units), big(one_units)); }

class RealStark : public testing::Test {
protected:
    void SetUp() override {
        auto const folder = shared_data("dydx_v3_state_update");
        if (!std::filesystem::exists(folder)) GTEST_SKIP() << "real data is absent: " << folder;
        file_ = folder / "encoded-example.json";
        auto const summary = setting_.run(import_stark_perpetual, file_);
        ASSERT_TRUE(summary) << summary.error().message();
        ASSERT_EQ(parser_.load((folder / "decoded-example.json").string()).get(decoded_),
                  simdjson::SUCCESS);
    }

    [[nodiscard]] book::Book const& book() const { return setting_.book(); }

    /// The size that a published balance is, in units of 10^-18 of the asset.
    [[nodiscard]] static Int128 size_units(std::string_view id, std::int64_t balance) {
        int const resolution = std::stoi(std::string(id.substr(id.rfind('-') + 1)));
        Int128 units = balance;
        for (int i = resolution; i < 18; ++i) units *= 10;
        return units;
    }

    ImportSetting setting_;
    std::filesystem::path file_;
    simdjson::dom::parser parser_;
    simdjson::dom::element decoded_;
};

TEST_F(RealStark, PositionsEqualThePublishedDecode) {
    std::size_t equal = 0;
    for (simdjson::dom::element const position : decoded_["positions"].get_array()) {
        std::string const name = std::to_string(position["positionId"].get_int64().value());
        auto const account = book().find_account(name);
        ASSERT_TRUE(account) << name;
        std::map<std::uint32_t, Int128> want;
        for (simdjson::dom::element const balance : position["balances"].get_array()) {
            std::string_view const id = balance["assetId"].get_string();
            want[book().find_instrument(id)->number()] =
                size_units(id, balance["balance"].get_int64());
        }
        auto const* const cash = book().balance(*account, *book().find_asset("USDC"));
        Int128 const collateral =
            position["collateralBalance"].get_int64().value() * Int128{1'000'000'000'000};
        bool same = (cash == nullptr ? 0 : cash->amount.units()) == collateral;
        book().for_positions(*account,
                             [&](book::PositionRow const& row) { // one that is not listed is 0
                                 same = same && want[row.instrument.number()] == row.size.units();
                                 want.erase(row.instrument.number());
                             });
        for (auto const& [instrument, size] : want)
            same = same && size == 0; // listed, but never held
        EXPECT_TRUE(same) << name;
        equal += same ? 1 : 0;
    }
    EXPECT_EQ(equal, 184U); // README of the data: 184 of 184
}

TEST_F(RealStark, FundingEntriesEqualThePublishedDecode) {
    auto const reader = setting_.reader();
    std::size_t equal = 0;
    for (simdjson::dom::element const entry : decoded_["funding"].get_array()) {
        TimeNs const time = entry["timestamp"].get_int64().value() * 1'000'000; // published in ms
        auto const moment = reader->at(reader->sequence_at(time).value());
        ASSERT_TRUE(moment);
        bool same = true;
        for (simdjson::dom::element const index : entry["indices"].get_array()) {
            std::string_view const id = index["assetId"].get_string();
            auto const& then = moment.value().book;
            Int128 const want = index["value"].get_int64().value() * one_units;
            same = same && then.instrument(*then.find_instrument(id)).funding_index.units() == want;
        }
        EXPECT_TRUE(same) << format_time(time);
        equal += same ? 1 : 0;
    }
    EXPECT_EQ(equal, 8U); // README of the data: 8 of 8
}

TEST_F(RealStark, PricesEqualThePublishedDecodeBeforeAndAfter) {
    auto const reader = setting_.reader();
    for (auto const& [name, sequence] :
         {std::pair{"oldState", reader->sequence_at(1'621'929'600'000'000'000).value()},
          std::pair{"newState", reader->log_size()}}) {
        auto const moment = reader->at(sequence);
        ASSERT_TRUE(moment);
        auto const& then = moment.value().book;
        std::size_t markets = 0;
        for (simdjson::dom::element const price : decoded_[name]["oraclePrices"].get_array()) {
            std::string_view const id = price["assetId"].get_string();
            EXPECT_EQ(then.instrument(*then.find_instrument(id)).mark.value.units(),
                      static_cast<Int128>(price["price"].get_uint64().value()) * one_units)
                << name << " " << id;
            ++markets;
        }
        EXPECT_EQ(markets, 13U);
    }
}

TEST_F(RealStark, ModificationsAreDepositsAndWithdrawals) {
    auto const reader = setting_.reader();
    std::size_t count = 0;
    Int128 net = 0;
    ASSERT_TRUE(reader->for_events(1, reader->log_size(), [&](std::uint64_t, Event const& event) {
        if (auto const* fact = std::get_if<Transferred>(&event.body)) {
            ++count;
            net += fact->amount.units();
            EXPECT_EQ(fact->type, fact->amount.is_negative() ? TransferType::withdrawal
                                                             : TransferType::deposit);
        }
        return true;
    }));
    EXPECT_EQ(count, 53U);
    EXPECT_EQ(format_decimal(Amount{net}), "-292028.067129"); // README of the data
}

/// In rationals, from the book's rows alone: collateral, sizes at the new prices, and pending
/// funding.
[[nodiscard]] Rational equity(book::Book const& book, AccountId account) {
    Rational sum = 0;
    book.for_balances(account,
                      [&](book::BalanceRow const& row) { sum += rational(row.amount.units()); });
    book.for_positions(account, [&](book::PositionRow const& row) {
        auto const& instrument = book.instrument(row.instrument);
        Rational const multiplier(big(book::multiplier(instrument.multiplier_numerator)),
                                  big(book::multiplier(instrument.multiplier_denominator)));
        Rational const funding =
            rational(instrument.funding_index.units()) - rational(row.index.units());
        sum +=
            rational(row.size.units()) * (rational(instrument.mark.value.units()) - funding) * multiplier;
    });
    return sum;
}

/// Rounded to cents, half away from zero, as the README prints it.
[[nodiscard]] std::string cents(Rational const& value) {
    Rational const scaled = abs(value) * 100 + Rational(1, 2);
    cpp_int const whole = numerator(scaled) / denominator(scaled);
    std::string digits = cpp_int(whole % 100).str();
    digits.insert(0, 2 - digits.size(), '0');
    return (value < 0 ? "-" : "") + cpp_int(whole / 100).str() + "." + digits;
}

TEST_F(RealStark, EquityAtTheNewPricesIsTheKnownOne) {
    Rational total = 0;
    Rational under = 0;
    std::map<std::string, std::string> negative;
    for (std::uint32_t id = 1; id <= book().accounts.size(); ++id) {
        if (book().accounts[id].kind != wire::AccountKind::customer) continue;
        Rational const value = equity(book(), AccountId{id});
        total += value;
        if (value >= 0) continue;
        under += value;
        negative[std::string(book().accounts[id].name.view())] = cents(value);
    }
    // README of the data, "Known answers".
    EXPECT_EQ(cents(total), "23328319.50");
    EXPECT_EQ(cents(under), "-183814.10");
    EXPECT_EQ(negative.size(), 8U);
    EXPECT_EQ(negative["24508"], "-168015.44");
    EXPECT_EQ(negative["12847"], "-6581.58");
}

TEST_F(RealStark, ImportedAgainAddsNothing) {
    setting_.reopen();
    Hash const root = setting_.engine().state_root();
    auto const again = setting_.run(import_stark_perpetual, file_);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().events_added, 0U);
    EXPECT_EQ(again.value().records_duplicate, again.value().records_read);
    EXPECT_EQ(setting_.engine().state_root(), root);
}

} // namespace
} // namespace plimsoll::tools
