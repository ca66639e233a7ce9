#include "tests/tools/import_setting.hpp"
#include "tools/text/csv.hpp"

#include <gmock/gmock.h>

namespace plimsoll::tools {
namespace {

/// Every record as its fields between bars, or the refusal's name; with the line it begins on.
[[nodiscard]] std::vector<std::string> rendered(CsvReader& reader, std::size_t columns) {
    std::vector<std::string> lines;
    while (true) {
        auto const more = reader.next();
        std::string line = std::to_string(reader.line()) + " ";
        if (!more) {
            lines.push_back(line + std::string(more.error().rule().name));
            continue;
        }
        if (!more.value()) return lines;
        for (std::size_t i = 0; i < columns; ++i) line.append("|").append(reader.field(i));
        lines.push_back(line);
    }
}

struct CsvCase {
    std::string name;
    std::string text;
    std::vector<std::string> want;
    friend void PrintTo(CsvCase const& row, std::ostream* out) { *out << row.name; }
};

class Csv : public testing::TestWithParam<CsvCase> {};

TEST_P(Csv, Reads) {
    ImportSetting setting;
    auto reader = CsvReader::open(setting.file(GetParam().text));
    ASSERT_TRUE(reader) << reader.error().message();
    EXPECT_EQ(rendered(reader.value(), 2), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    EveryShape, Csv,
    testing::Values(CsvCase{"Plain", "a,b\n1,2\n3,4\n", {"2 |1|2", "3 |3|4"}},
                    CsvCase{"CarriageReturns", "a,b\r\n1,2\r\n", {"2 |1|2"}},
                    CsvCase{"NoBreakAtTheEnd", "a,b\n1,2", {"2 |1|2"}},
                    CsvCase{"ByteOrderMark",
                            "\xef\xbb\xbf"
                            "a,b\n1,2\n",
                            {"2 |1|2"}},
                    CsvCase{"EmptyFields", "a,b\n,\n", {"2 ||"}},
                    CsvCase{"EmptyLines", "a,b\n\n1,2\n\r\n\n", {"3 |1|2"}},
                    CsvCase{"Quoted", "a,b\n\"1,5\",\"say \"\"so\"\"\"\n", {"2 |1,5|say \"so\""}},
                    CsvCase{"QuotedLineBreak", "a,b\n\"1\n2\",3\n4,5\n", {"2 |1\n2|3", "4 |4|5"}},
                    CsvCase{"QuotedEmpty", "a,b\n\"\",\"\"\n", {"2 ||"}},
                    CsvCase{"FewerFields", "a,b\n1\n3,4\n", {"2 line_truncated", "3 |3|4"}},
                    CsvCase{"EndsInALine", "a,b\n1,2\n3", {"2 |1|2", "3 line_truncated"}},
                    CsvCase{"EndsInAQuote", "a,b\n1,\"2\n", {"2 line_truncated"}},
                    CsvCase{"MoreFields", "a,b\n1,2,3\n4,5\n", {"2 field_malformed", "3 |4|5"}},
                    CsvCase{"QuoteInsideAField", "a,b\n1\"2,3\n", {"2 field_malformed"}},
                    CsvCase{"TextBehindAQuote", "a,b\n\"1\"2,3\n", {"2 field_malformed"}}),
    [](auto const& row) { return row.param.name; });

TEST(CsvColumns, AreFoundByName) {
    ImportSetting setting;
    auto const reader = CsvReader::open(setting.file("b,a,b\n1,2,3\n"));
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader.value().column("a").value(), 1U);
    EXPECT_TRUE(reader.value().column("c").error().is(Errc::unknown_column));
    EXPECT_TRUE(reader.value().column("b").error().is(Errc::unknown_column)) << "there twice";
}

TEST(CsvFiles, MustBeThereAndHaveAHeader) {
    ImportSetting setting;
    EXPECT_TRUE(CsvReader::open(setting.ledger() / "absent").error().is(Errc::file_unreadable));
    EXPECT_TRUE(CsvReader::open(setting.ledger()).error().is(Errc::file_unreadable))
        << "a directory";
    EXPECT_TRUE(CsvReader::open(setting.file("")).error().is(Errc::unknown_column));
}

TEST(CsvFiles, AreReadInPiecesOfAnySize) {
    ImportSetting setting;
    std::string text = "a,b\n";
    for (int i = 0; i < 20'000; ++i)
        text += "\"" + std::to_string(i) + "\r\n\"," + std::to_string(i) + "\r\n";
    auto reader = CsvReader::open(setting.file(text));
    ASSERT_TRUE(reader);
    int rows = 0;
    while (reader.value().next().value()) {
        ASSERT_EQ(reader.value().field(0), std::to_string(rows) + "\r\n");
        ASSERT_EQ(reader.value().field(1), std::to_string(rows));
        ++rows;
    }
    EXPECT_EQ(rows, 20'000);
    EXPECT_EQ(reader.value().bytes_read(), text.size());
    EXPECT_EQ(reader.value().bytes_in_all(), text.size());
}

} // namespace
} // namespace plimsoll::tools
