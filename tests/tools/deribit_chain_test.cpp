#include "tools/import/deribit_chain.hpp"

#include "ledger/book/errc.hpp"
#include "replay/errc.hpp"
#include "risk/valuation.hpp"
#include "tests/tools/import_setting.hpp"
#include "tools/import/deribit_rows.hpp"
#include "tools/text/xz.hpp"

#include <lzma.h>

namespace plimsoll::tools {
namespace {

constexpr std::string_view head =
    "timestamp,instrument_name,option_type,strike,expiry_datetime,mark_price,futures_price,"
    "implied_volatility,delta,currency,index_price\n";
// Figures of Deribit, 2026-02-03T04:29:35Z; the last row is of the shape of a far wing.
constexpr std::string_view first_row =
    "2026-02-03T04:29:35.033992+00:00,BTC-24APR26-65000-P,put,65000.0,2026-04-24T08:00:00+00:00,"
    "0.02253174,79090.95076923077,0.4893,-0.16588,BTC,78447.77\n";
constexpr std::string_view second_row =
    "2026-02-03T04:29:35.033992+00:00,BTC-6FEB26-88000-P,put,88000.0,2026-02-06T08:00:00+00:00,"
    "0.12225415,78439.07,0.5874,-0.98132,BTC,78447.6\n";
constexpr std::string_view eth_row =
    "2026-02-03T04:29:35.033992+00:00,ETH-6FEB26-4000-C,call,4000.0,2026-02-06T08:00:00+00:00,"
    "2e-06,2310.5,0.9123,1e-05,ETH,2312.25\n";

[[nodiscard]] std::string chain(std::initializer_list<std::string_view> rows) {
    std::string text(head);
    for (auto const row : rows) text.append(row);
    return text;
}

[[nodiscard]] std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
    std::string changed(text);
    auto const at = changed.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return changed.replace(at, from.size(), to);
}

class DeribitChain : public testing::Test {
protected:
    [[nodiscard]] result<ImportSummary> import(std::string_view text, ImportOptions const& options = {}) {
        return setting_.run(import_deribit_chain, setting_.file(text, "chain.csv"), options);
    }
    [[nodiscard]] book::Book const& book() const { return setting_.book(); }
    [[nodiscard]] book::InstrumentRow const& option(std::string_view name) const {
        return book().instrument(*book().find_instrument(name));
    }
    ImportSetting setting_;
};

TEST_F(DeribitChain, BecomesInstrumentsAndWhatWasSeenOfThem) {
    auto const summary = import(chain({first_row, second_row, eth_row}));
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_read, 3U);
    EXPECT_EQ(summary.value().records_added, 3U);
    setting_.reopen();
    auto const& put = option("BTC-24APR26-65000-P");
    EXPECT_EQ(put.kind, wire::InstrumentKind::option);
    EXPECT_EQ(put.payoff, wire::Payoff::inverse);
    EXPECT_EQ(put.side, wire::OptionSide::put);
    EXPECT_EQ(put.exercise, wire::Exercise::european);
    EXPECT_EQ(format_decimal(put.strike), "65000");
    EXPECT_EQ(format_time(put.expiry), "2026-04-24T08:00:00Z");
    EXPECT_EQ(format_decimal(put.mark.value), "0.02253174");
    EXPECT_EQ(format_decimal(put.forward.value), "79090.95076923077");
    EXPECT_EQ(format_decimal(put.volatility.value), "0.4893");
    EXPECT_EQ(format_decimal(put.index_price.value), "78447.77");
    EXPECT_EQ(format_time(put.mark.time), "2026-02-03T04:29:35.033992Z");
    EXPECT_EQ(put.base, put.settle);
    EXPECT_EQ(book().asset(put.base).name.view(), "BTC");
    EXPECT_EQ(book().asset(put.quote).name.view(), "USD");
    EXPECT_EQ(format_decimal(book().asset(put.base).price.value), "78447.77") << "of the first row";
    auto const& call = option("ETH-6FEB26-4000-C");
    EXPECT_EQ(call.side, wire::OptionSide::call);
    EXPECT_EQ(format_decimal(call.mark.value), "0.000002");
    EXPECT_EQ(format_decimal(book().asset(call.settle).price.value), "2312.25");
    EXPECT_TRUE(book().find_feed("deribit"));
    EXPECT_TRUE(book().find_source("deribit"));
}

/// Payoff inverse of an option: the premium is in coin, so the value of a position is size * mark.
TEST_F(DeribitChain, ValuesAPositionAtSizeTimesMarkInCoin) {
    ASSERT_TRUE(import(chain({first_row})));
    auto const id = *book().find_instrument("BTC-24APR26-65000-P");
    auto const btc = *book().find_asset("BTC");
    auto const valuation = risk::Valuation::of(book(), btc);
    ASSERT_TRUE(valuation);
    book::PositionRow position;
    position.account = *book().find_account("deribit:market");
    position.instrument = id;
    position.size = Quantity::whole(-3);
    EXPECT_EQ(format_decimal(valuation.value().position(position).worth), "-0.06759522");
}

TEST_F(DeribitChain, AddsNothingTheSecondTime) {
    auto const text = chain({first_row, eth_row});
    ASSERT_TRUE(import(text));
    auto const sequence = book().sequence();
    auto const again = import(text);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().records_added, 0U);
    EXPECT_EQ(again.value().records_duplicate, 2U);
    EXPECT_EQ(book().sequence(), sequence);
}

TEST_F(DeribitChain, TakesALaterSnapshot) {
    ASSERT_TRUE(import(chain({first_row})));
    auto const later = replaced(replaced(first_row, "04:29:35", "09:33:33"), "0.02253174", "0.0230");
    ASSERT_TRUE(import(chain({later})));
    EXPECT_EQ(format_decimal(option("BTC-24APR26-65000-P").mark.value), "0.023");
    EXPECT_EQ(book().instruments.size(), 1U);
}

TEST_F(DeribitChain, ReadsPackedFiles) {
    auto const text = chain({first_row, second_row});
    std::string packed(lzma_stream_buffer_bound(text.size()), '\0');
    std::size_t size = 0;
    auto bytes = [](std::string& of) { return reinterpret_cast<std::uint8_t*>(of.data()); };
    auto plain = text;
    ASSERT_EQ(lzma_easy_buffer_encode(6, LZMA_CHECK_CRC64, nullptr, bytes(plain), plain.size(),
                                      bytes(packed), &size, packed.size()),
              LZMA_OK);
    packed.resize(size);
    auto const whole = setting_.file(packed, "chain.csv.xz");
    EXPECT_TRUE(is_xz(whole));
    auto const summary = setting_.run(import_deribit_chain, whole);
    ASSERT_TRUE(summary) << summary.error().message();
    EXPECT_EQ(summary.value().records_added, 2U);
    auto const damaged_at = [&](std::size_t at) {
        std::string damaged = packed;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
        return read_xz(setting_.file(damaged, "damaged.xz"));
    };
    for (std::size_t const at : {std::size_t{7}, packed.size() / 2, packed.size() - 20}) {
        ASSERT_FALSE(damaged_at(at)) << at;
        EXPECT_TRUE(damaged_at(at).error().is(Errc::file_unreadable));
    }
    auto const cut = read_xz(setting_.file(packed.substr(0, size / 2), "cut.xz"));
    ASSERT_FALSE(cut);
    EXPECT_NE(cut.error().message().find("cut short"), std::string::npos) << cut.error().message();
    EXPECT_FALSE(is_xz(setting_.file(text, "plain.csv")));
    EXPECT_FALSE(read_xz(setting_.file(text, "plain.csv")));
}

struct Bad {
    std::string name;
    std::string from, to; ///< in the first row
    std::string told;
    friend void PrintTo(Bad const& row, std::ostream* out) { *out << row.name; }
};

class DeribitChainBad : public DeribitChain, public testing::WithParamInterface<Bad> {};

TEST_P(DeribitChainBad, IsRefusedOrSetAside) {
    auto const bad = replaced(first_row, GetParam().from, GetParam().to);
    auto const text = chain({second_row, bad, eth_row});
    auto const refused = import(text);
    ASSERT_FALSE(refused);
    auto const message = refused.error().message();
    EXPECT_NE(message.find("chain.csv:3"), std::string::npos) << message;
    EXPECT_NE(message.find(GetParam().told), std::string::npos) << message;
    EXPECT_NE(message.find("--quarantine"), std::string::npos) << message;
    EXPECT_EQ(refused.error().status(), Status::bad_input);
    EXPECT_EQ(book().sequence(), 0U) << "the file is taken whole or not at all";

    ImportOptions options;
    options.quarantine = true;
    auto const aside = import(text, options);
    ASSERT_TRUE(aside) << aside.error().message();
    EXPECT_EQ(aside.value().records_quarantined, 1U);
    EXPECT_EQ(aside.value().records_added, 2U);
    EXPECT_EQ(book().head[1].quarantined, 1U);
    auto const again = import(text, options);
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().records_duplicate, 3U);
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, DeribitChainBad,
    testing::Values(
        Bad{"NoTime", "2026-02-03T04:29:35.033992+00:00", "yesterday", "yesterday"},
        Bad{"TimeGoesBack", "2026-02-03T04", "2026-02-03T03", "time goes backwards"},
        Bad{"UnknownCoin", ",BTC,", ",SOL,", "currency 'SOL'"},
        Bad{"UnknownSide", ",put,", ",straddle,", "option_type 'straddle'"},
        Bad{"NoExpiry", "2026-04-24T08:00:00+00:00", "", "expiry_datetime"},
        Bad{"NotANumber", "0.02253174", "nan", "mark_price"},
        Bad{"NegativeMark", "0.02253174", "-0.1", "mark_price '-0.1' is negative"},
        Bad{"TooLarge", "79090.95076923077", "1e30", "futures_price"},
        Bad{"StrikeZero", "65000.0", "0", "strike"},
        Bad{"FieldMissing", ",78447.77\n", "\n", "10 fields where the header has 11"}),
    [](auto const& row) { return row.param.name; });

TEST_F(DeribitChain, SetsAsideWhatStandsBeforeTheFirstTime) {
    auto const bad = replaced(first_row, "2026-02-03T04:29:35.033992+00:00", "?");
    ImportOptions options;
    options.quarantine = true;
    auto const aside = import(chain({bad, second_row}), options);
    ASSERT_TRUE(aside) << aside.error().message();
    EXPECT_EQ(aside.value().records_quarantined, 1U);
    EXPECT_EQ(aside.value().records_added, 1U);
    auto const nothing = setting_.run(import_deribit_chain, setting_.file(chain({bad}), "b.csv"), options);
    ASSERT_FALSE(nothing);
    EXPECT_TRUE(nothing.error().is(Errc::field_malformed)) << nothing.error().message();
}

TEST_F(DeribitChain, RefusesAnotherOptionOfTheSameName) {
    ASSERT_TRUE(import(chain({first_row})));
    auto const other = replaced(replaced(first_row, "04:29:35", "09:33:33"), "65000.0", "66000.0");
    auto const refused = import(chain({other}));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::definition_differs)) << refused.error().message();
}

TEST_F(DeribitChain, RefusesAnotherFigureOfTheSameRecord) {
    ASSERT_TRUE(import(chain({first_row})));
    auto const refused = import(chain({replaced(first_row, "0.4893", "0.4894")}));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(replay::Errc::record_conflicts)) << refused.error().message();
}

TEST_F(DeribitChain, NeedsItsColumns) {
    auto const refused = import(replaced(chain({first_row}), "futures_price", "future"));
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().is(Errc::unknown_column)) << refused.error().message();
}

TEST(ParseScientific, ReadsWhatProgramsPrint) {
    for (auto const& [text, want] : std::initializer_list<std::pair<char const*, char const*>>{
             {"12.5", "12.5"}, {"1e-06", "0.000001"}, {"2.53e-05", "0.0000253"}, {"1.5E+3", "1500"},
             {"-4e2", "-400"}, {"0e-40", "0"}, {"1e-18", "0.000000000000000001"}}) {
        auto const got = parse_scientific(text);
        ASSERT_TRUE(got) << text;
        EXPECT_EQ(format_decimal(got.value()), want) << text;
    }
}

TEST(ParseScientific, RefusesWhatItCannotHold) {
    EXPECT_TRUE(parse_scientific("1e-19").error().is(event::Errc::too_many_decimals));
    EXPECT_TRUE(parse_scientific("1e30").error().is(event::Errc::number_overflow));
    for (auto const* text : {"", "e5", "1e", "1e1.5", "1e99", "nan", "1e-", "1e+-2"}) {
        auto const got = parse_scientific(text);
        ASSERT_FALSE(got) << text;
        EXPECT_TRUE(got.error().is(event::Errc::not_a_decimal)) << text;
    }
}

} // namespace
} // namespace plimsoll::tools
