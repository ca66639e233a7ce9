#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/number_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace plimsoll::tools {
namespace {

void write_sample(JsonWriter& json) {
    json.begin_object().field("text", "a \"b\"\\\n\t\x01").field("count", std::uint64_t{18'446'744'073'709'551'615U});
    json.field("low", std::numeric_limits<std::int64_t>::min()).field("yes", true).key("none").null();
    json.field("amount", Amount::whole(-2)).key("empty").begin_array().end_array();
    json.key("list").begin_array().value(1).value("x").begin_object().end_object().end_array();
    json.end_object();
}

TEST(JsonWriter, WritesCompactly) {
    std::string out;
    JsonWriter json(out);
    write_sample(json);
    EXPECT_EQ(out, R"({"text":"a \"b\"\\\n\t\u0001","count":18446744073709551615,"low":-9223372036854775808,)"
                   R"("yes":true,"none":null,"amount":"-2","empty":[],"list":[1,"x",{}]})");
}

TEST(JsonWriter, WritesForPeople) {
    std::string out;
    JsonWriter json(out, JsonWriter::Layout::pretty);
    json.begin_object().field("a", 1).key("b").begin_array().value(true).value("x").end_array();
    json.key("c").begin_object().end_object().end_object();
    EXPECT_EQ(out, "{\n  \"a\": 1,\n  \"b\": [\n    true,\n    \"x\"\n  ],\n  \"c\": {}\n}");
}

TEST(JsonWriter, TextsMayFollowEachOther) {
    std::string out;
    JsonWriter json(out);
    for (int i = 0; i < 2; ++i) {
        json.begin_object().field("i", i).end_object();
        out.push_back('\n');
    }
    EXPECT_EQ(out, "{\"i\":0}\n{\"i\":1}\n");
}

struct Utf8 {
    std::string_view text;
    std::string_view want;
};

/// Boundaries of table 3-7 of the Unicode standard, from both sides.
TEST(JsonWriter, ComesOutAsUtf8WhateverGoesIn) {
    for (Utf8 const& row : {Utf8{"\xC2\x80 \xDF\xBF", "\xC2\x80 \xDF\xBF"},
                            Utf8{"\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80", "\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80"},
                            Utf8{"\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", "\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"},
                            Utf8{"\x80", "\xEF\xBF\xBD"},                                       // no lead
                            Utf8{"\xC1\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD"},                       // too long a form
                            Utf8{"\xE0\x9F\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},       // the same
                            Utf8{"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},       // a surrogate
                            Utf8{"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
                            Utf8{"a\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD"}}) {                  // cut short
        std::string out;
        append_json_string(out, row.text);
        EXPECT_EQ(out, "\"" + std::string(row.want) + "\"");
        EXPECT_EQ(valid_utf8(row.text), row.want);
    }
}

TEST(JsonWriter, CutsBetweenCharacters) {
    EXPECT_EQ(valid_utf8("ab\xE2\x82\xAC", 5), "ab\xE2\x82\xAC");
    EXPECT_EQ(valid_utf8("ab\xE2\x82\xAC", 4), "ab");
    EXPECT_EQ(valid_utf8("abc", 0), "");
}

TEST(NumberText, DecimalsAreThoseOfFormatDecimal) {
    Int128 const most = std::numeric_limits<Int128>::max();
    Int128 const fast_limit = one_units << 64;
    for (Int128 const magnitude : {Int128{0}, Int128{1}, Int128{10}, one_units - 1, one_units, one_units + 1,
                                   one_units * 10, one_units * 18, one_units * 19, fast_limit - 1, fast_limit, most}) {
        for (Int128 const units : {magnitude, -magnitude}) {
            std::string out;
            append_decimal(out, units);
            EXPECT_EQ(out, format_decimal(units));
        }
    }
}

TEST(NumberText, TimesAreThoseOfFormatTime) {
    TimeText text;
    constexpr TimeNs day_ns = 86'400'000'000'000;
    for (TimeNs const time_ns :
         {TimeNs{0}, TimeNs{1}, TimeNs{-1}, day_ns - 1, day_ns, TimeNs{1'777'000'000'123'000'000},
          TimeNs{1'777'000'000'000'120'000}, TimeNs{1'777'000'000'000'000'000}, -day_ns, -day_ns - 1,
          std::numeric_limits<TimeNs>::max(), std::numeric_limits<TimeNs>::min()}) {
        EXPECT_EQ(text.text(time_ns), format_time(time_ns)) << time_ns;
    }
}

} // namespace
} // namespace plimsoll::tools
