#include "tests/tools/event_samples.hpp"
#include "tools/text/event_writer.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

using testing::HasSubstr;

[[nodiscard]] std::string line_of(book::Book const& book, std::uint64_t sequence, Event const& event) {
    std::string line;
    EventWriter(book).write(line, sequence, event);
    EXPECT_TRUE(line.ends_with('\n'));
    line.pop_back();
    return line;
}

TEST(EventJson, EveryKindComesBackByteForByte) {
    auto const book = samples::a_book();
    Names const names(book);
    EventReader reader;
    std::set<std::string> kinds;
    for (Event const& event : samples::events()) {
        std::string const line = line_of(book, 31, event);
        SCOPED_TRACE(line);
        auto const read = reader.read(line, names);
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_EQ(samples::bytes(read.value().event), samples::bytes(event));
        EXPECT_EQ(read.value().sequence, 31U);
        EXPECT_EQ(read.value().source, "bitmex");
        EXPECT_TRUE(read.value().has_cursor && read.value().has_record);
        visit_body(event.body, [&]<class Fact>(Fact const&) { kinds.emplace(kind_name<Fact>); });
    }
    EXPECT_EQ(kinds.size(), 6U + static_cast<std::size_t>(wire::Rare::MAX)) << "a kind has no sample";
}

TEST(EventJson, ALineSaysNamesAndAllDigits) {
    auto const book = samples::a_book();
    EXPECT_EQ(line_of(book, 12, samples::events().front()),
              R"({"sequence":12,"kind":"Transferred","source":"bitmex","cursor":"19000000:42",)"
              R"("time":"2026-04-24T03:06:40.123Z","record":"8877665544332211","cause":"command","cause_sequence":3,)"
              R"("type":"deposit","account":"main","counter":"outside","asset":"XBT","amount":"0.00000001",)"
              R"("fee":"-2","fee_account":"fees","instrument":"BTC-PERP"})");
    EXPECT_EQ(line_of(book, 0, samples::instrument("X")),
              R"({"kind":"InstrumentDefined","cause":"definition","name":"X","instrument_kind":"perpetual",)"
              R"("payoff":"linear","base":"XBT","quote":"USDT","settle":"USDT","market_account":"market \"P\"",)"
              R"("multiplier":"625/268435456"})");
}

TEST(EventJson, ADefinitionNeedsNoOrigin) {
    auto const book = samples::a_book();
    for (Event const& event : {samples::instrument("X"), samples::named<AccountOpened>("y")}) {
        EventReader reader;
        auto const read = reader.read(line_of(book, 1, event), Names(book));
        ASSERT_TRUE(read) << read.error().message();
        EXPECT_TRUE(read.value().is_definition);
        EXPECT_FALSE(read.value().has_cursor || read.value().has_record);
        EXPECT_EQ(samples::bytes(read.value().event), samples::bytes(event));
    }
}

TEST(EventJson, NamesThatWaitHaveTheirIdsAlready) {
    auto const book = samples::a_book();
    Names names(book);
    AssetDefined asset;
    asset.decimals = 3;
    names.announce(samples::named<AccountOpened>("main")); // is there: no second id
    names.announce(samples::named<AccountOpened>("alice"));
    names.announce(samples::named<AccountOpened>("bob"));
    names.announce(samples::named("SOL", asset));
    EXPECT_EQ(names.account("main"), AccountId{1});
    EXPECT_EQ(names.account("alice"), AccountId{5});
    EXPECT_EQ(names.account("bob"), AccountId{6});
    EXPECT_EQ(names.asset("SOL"), AssetId{3});
    EXPECT_EQ(names.decimals(AssetId{3}), 3);
    names.settle();
    EXPECT_EQ(names.account("alice"), std::nullopt);
}

/// A good line, and what makes it bad: `from` becomes `to`.
struct BadLine {
    std::string name;
    std::string from;
    std::string to;
    std::string message; ///< the whole of it
    bool (*is_rule)(Error const&);
    friend void PrintTo(BadLine const& row, std::ostream* out) { *out << row.name; }
};

template <auto Code> bool is(Error const& error) { return error.is(Code); }

class EventJsonRefusal : public testing::TestWithParam<BadLine> {};

TEST_P(EventJsonRefusal, SaysWhichFieldAndWhy) {
    std::string line =
        R"({"kind":"Transferred","source":"bitmex","cursor":"7:1","time":"2026-04-17T14:23:57Z",)"
        R"("type":"deposit","account":"main","counter":"outside","asset":"XBT","amount":"1.5","fee":"0.1"})";
    auto const at = line.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    line.replace(at, GetParam().from.size(), GetParam().to);
    auto const book = samples::a_book();
    EventReader reader;
    auto const read = reader.read(line, Names(book));
    ASSERT_FALSE(read) << line;
    EXPECT_EQ(read.error().message(), GetParam().message);
    EXPECT_TRUE(GetParam().is_rule(read.error()));
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, EventJsonRefusal,
    testing::Values(
        BadLine{"NotJson", R"("fee")", "fee",
                "not a line of JSON: The JSON document has an improper structure: missing or superfluous commas, "
                "braces, missing keys, etc.",
                is<tools::Errc::json_malformed>},
        BadLine{"TwoObjects", "\"0.1\"}", "\"0.1\"}{}",
                "not a line of JSON: The JSON document has an improper structure: missing or superfluous commas, "
                "braces, missing keys, etc.",
                is<tools::Errc::json_malformed>},
        BadLine{"BadUtf8", "main", "m\xFF", "not a line of JSON: The input is not valid UTF-8",
                is<tools::Errc::json_malformed>},
        BadLine{"NoKind", R"("kind":"Transferred",)", "", "a field is missing: kind",
                is<tools::Errc::field_missing>},
        BadLine{"UnknownKind", "Transferred", "Teleported",
                "a field cannot be understood: kind: 'Teleported' is no kind of event",
                is<tools::Errc::field_malformed>},
        BadLine{"NoTime", R"("time":"2026-04-17T14:23:57Z",)", "", "a field is missing: time",
                is<tools::Errc::field_missing>},
        BadLine{"BadTime", "14:23:57Z", "25:23:57Z",
                "not an RFC 3339 time in UTC, such as 2026-04-17T14:23:57.017Z: time: '2026-04-17T25:23:57Z'",
                is<event::Errc::not_a_time>},
        BadLine{"BadCursor", "7:1", "7", "a field cannot be understood: cursor: '7' is not MAJOR:MINOR",
                is<tools::Errc::field_malformed>},
        BadLine{"CursorPast64Bits", "7:1", "18446744073709551616:0",
                "a field cannot be understood: cursor: '18446744073709551616:0' is not MAJOR:MINOR",
                is<tools::Errc::field_malformed>},
        BadLine{"CursorOfNoSource", R"("source":"bitmex",)", "",
                "a field is missing: source: a cursor counts within a source", is<tools::Errc::field_missing>},
        BadLine{"BadRecord", R"("type")", R"("record":"12","type")",
                "a field cannot be understood: record: '12' is not 16 digits of hexadecimal",
                is<tools::Errc::field_malformed>},
        BadLine{"BadCause", R"("type")", R"("cause":"fate","type")",
                "a field cannot be understood: cause: 'fate' is none of outside_record, command, definition, "
                "pending_funding, pending_interest, expiry, liquidation, waterfall, auto_deleveraging, breaker, "
                "correction, socialised_loss",
                is<tools::Errc::field_malformed>},
        BadLine{"NegativeSequence", R"("type")", R"("sequence":-1,"type")",
                "a field cannot be understood: sequence: must be a whole number from 0 to 18446744073709551615",
                is<tools::Errc::field_malformed>},
        BadLine{"FieldMissing", R"("amount":"1.5",)", "", "a field is missing: amount",
                is<tools::Errc::field_missing>},
        BadLine{"FieldUnknown", R"("fee")", R"("fees")",
                "a field that this kind of event does not have: 'fees' in Transferred",
                is<tools::Errc::field_unknown>},
        BadLine{"FieldTwice", R"("fee":"0.1")", R"("fee":"0.1","fee":"0.2")",
                "a field that this kind of event does not have: 'fee' in Transferred, a second time",
                is<tools::Errc::field_unknown>},
        BadLine{"FieldOfAnotherKind", R"("fee")", R"("price":"1","fee")",
                "a field that this kind of event does not have: 'price' in Transferred",
                is<tools::Errc::field_unknown>},
        BadLine{"BadChoice", "deposit", "rounding_error",
                "a field cannot be understood: type: 'rounding_error' is none of " +
                    std::string("deposit, withdrawal, transfer, conversion, spot_trade, realised_pnl, premium, "
                                "funding, interest, trade_fee, settlement_fee, withdrawal_fee, rebate, reward, "
                                "liquidation_penalty, liquidation_reward, insurance_contribution, insurance_draw, "
                                "bad_debt_cover, socialised_loss, auto_deleveraging, bridge_out, bridge_in, "
                                "pool_deposit, pool_withdrawal, vault_deposit, vault_withdrawal, credit_drawn, "
                                "credit_repaid, stake, unstake, slash, rounding, adjustment"),
                is<tools::Errc::field_malformed>},
        BadLine{"UnknownAccount", "main", "nobody",
                "a name that nothing in the ledger has: account: 'nobody'; define it on a line before this one",
                is<tools::Errc::name_unresolved>},
        BadLine{"UnknownAsset", "XBT", "DOGE",
                "a name that nothing in the ledger has: asset: 'DOGE'; define it on a line before this one",
                is<tools::Errc::name_unresolved>},
        BadLine{"NumberWithoutQuotes", R"("1.5")", "1.5",
                "a field cannot be understood: amount: must be a string, in double quotes",
                is<tools::Errc::field_malformed>},
        BadLine{"Exponent", R"("1.5")", R"("1e5")", "not a decimal number: amount: '1e5'",
                is<event::Errc::not_a_decimal>},
        BadLine{"OneDecimalTooMany", R"("1.5")", R"("1.123456789")",
                "more decimals than the asset has; nothing is rounded: amount: '1.123456789' where 8 are allowed",
                is<event::Errc::too_many_decimals>},
        BadLine{"OneDecimalTooManyInTheFee", R"("0.1")", R"("0.000000001")",
                "more decimals than the asset has; nothing is rounded: fee: '0.000000001' where 8 are allowed",
                is<event::Errc::too_many_decimals>},
        BadLine{"Overflow", R"("1.5")", R"("170141183460469231732")",
                "the number is too large for 128 bits at 18 decimals: amount: '170141183460469231732'",
                is<event::Errc::number_overflow>}),
    [](auto const& row) { return row.param.name; });

TEST(EventJson, PlacesInListsAreTold) {
    auto const book = samples::a_book();
    EventReader reader;
    auto const read = reader.read(
        R"({"kind":"OpeningEntered","time":"2026-04-17","account":"main","legs":[)"
        R"({"kind":"cash","account":"main","subject":"XBT","amount":"1"},)"
        R"({"kind":"size","account":"main","subject":"XBT","amount":"1"}]})",
        Names(book));
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message(), HasSubstr("legs[1]: subject: 'XBT'"));
}

/// An amount of XBT, which has 8 decimals.
[[nodiscard]] result<EventLine> read_amount(EventReader& reader, std::string const& amount, std::string const& cause) {
    auto const book = samples::a_book();
    return reader.read(R"({"kind":"Transferred","time":"2026-04-17","cause":")" + cause +
                           R"(","type":"conversion","account":"main","counter":"outside","asset":"XBT","amount":")" +
                           amount + R"("})",
                       Names(book));
}

TEST(EventJson, OnlyRulesMakeAmountsFinerThanTheAsset) {
    EventReader reader;
    for (auto const* cause : {"outside_record", "command", "liquidation"}) {
        auto const exact = read_amount(reader, "0.1234567800", cause);
        ASSERT_TRUE(exact) << exact.error().message();
        EXPECT_EQ(std::get<Transferred>(exact.value().event.body).amount.units(), one_units / 100'000'000 * 12'345'678);
    }
    EXPECT_FALSE(read_amount(reader, "0.123456789", "outside_record"));
    EXPECT_FALSE(read_amount(reader, "0.123456789", "command"));
    EXPECT_TRUE(read_amount(reader, "0.123456789", "liquidation"));
    EXPECT_TRUE(read_amount(reader, "0.000000000000000001", "waterfall"));
    EXPECT_FALSE(read_amount(reader, "0.0000000000000000001", "waterfall"));
}

} // namespace
} // namespace plimsoll::tools
