#include "tools/proof/note.hpp"

#include "tools/proof/check.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>

namespace plimsoll::tools {
namespace {

namespace fs = std::filesystem;

// The verifier key of transparency-dev/tessera's test log (testdata/PUBLIC_KEY.txt), and its checkpoint of 12 entries.
constexpr std::string_view tessera_key = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
constexpr std::string_view tessera_note =
    "example.com/log/testdata\n12\nuZo6M+IhVna+CLgWCrJs0xBPUHbozHkYTQASduHSLME=\n\n"
    "\xE2\x80\x94 example.com/log/testdata "
    "M9e0lrFzoTgi+ovhrqX0DpsEAp3wLu1coMLIkeCwSkGfS4Ox4pLXo2LHudqm4merh0ZkCNzHr8kQwq5gS5mmimIvdA4=\n";

[[nodiscard]] VerifierKey key_of_tessera() { return VerifierKey::parse(tessera_key).value(); }

TEST(Note, AcceptsWhatAnotherProgramSigned) {
    auto const says = check_note(tessera_note, key_of_tessera());
    ASSERT_TRUE(says) << says.error().message();
    EXPECT_EQ(says.value().origin, "example.com/log/testdata");
    EXPECT_EQ(says.value().size, 12U);
    EXPECT_FALSE(says.value().state_root);
    EXPECT_EQ(key_of_tessera().line(), tessera_key);
}

TEST(Note, RefusesEveryChangedByte) {
    for (std::size_t at = 0; at < tessera_note.size(); ++at) {
        std::string altered(tessera_note);
        altered[at] = static_cast<char>(altered[at] ^ 0x01);
        EXPECT_FALSE(check_note(altered, key_of_tessera())) << at;
    }
    for (std::size_t size = 0; size < tessera_note.size(); ++size) {
        EXPECT_FALSE(check_note(tessera_note.substr(0, size), key_of_tessera())) << size;
    }
}

TEST(Note, AcceptsAllCheckpointsOfTheTesseraLog) {
    fs::path const folder = fs::path(PLIMSOLL_SHARED_DIR) / "data/merkle_vectors/tessera_test_log/testdata/log";
    if (!fs::exists(folder)) GTEST_SKIP() << "the log is absent: " << folder;
    auto const read = [](fs::path const& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    std::string const tile = read(folder / "tile/0/000.p/15");
    ASSERT_EQ(tile.size(), 15 * sizeof(Hash));
    merkle::Frontier frontier;
    for (std::uint64_t size = 0; size <= 15; ++size) {
        std::string const note = read(folder / ("checkpoint." + std::to_string(size)));
        auto const says = check_note(note, key_of_tessera());
        ASSERT_TRUE(says) << size << ": " << says.error().message();
        EXPECT_EQ(says.value().size, size);
        EXPECT_EQ(to_hex(says.value().root), to_hex(frontier.root())) << "its tiles, by our tree";
        for (std::size_t at = 0; at < note.size(); ++at) {
            std::string altered = note;
            altered[at] = static_cast<char>(altered[at] ^ 0x04);
            ASSERT_FALSE(check_note(altered, key_of_tessera())) << size << " at " << at;
        }
        if (size == 15) break;
        Hash leaf;
        std::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(size * sizeof(Hash)), sizeof(Hash), leaf.begin());
        frontier.append(leaf);
    }
}

TEST(Note, OurSignaturesHoldAndNobodyElses) {
    SigningKey const key = SigningKey::fresh("example.org/books").value();
    SigningKey const again = SigningKey::parse(key.line() + "\n").value();
    SigningKey const other = SigningKey::fresh("example.org/books").value();
    CheckpointNote const says{"example.org/books", 7, Hash{1}, Hash{2}, TimeNs{3}};
    std::string const note = signed_note(says.text(), again);
    EXPECT_EQ(note, signed_note(says.text(), key)) << "Ed25519 is deterministic";
    auto const read = check_note(note, VerifierKey::parse(key.verifier().line()).value());
    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ(read.value().size, 7U);
    EXPECT_EQ(read.value().root, Hash{1});
    EXPECT_EQ(read.value().state_root, Hash{2});
    EXPECT_EQ(read.value().time, TimeNs{3});
    EXPECT_TRUE(check_note(note, other.verifier()).error().is(Errc::signature_missing));
    std::string const both = note + other.signature_line(says.text());
    EXPECT_TRUE(check_note(both, other.verifier())) << "signatures of others are passed over";
    EXPECT_TRUE(check_note(both, key.verifier()));
}

TEST(Note, OfAnotherLogIsRefused) {
    SigningKey const key = SigningKey::fresh("example.org/books").value();
    CheckpointNote const says{"example.org/others", 7, Hash{}, std::nullopt, std::nullopt};
    EXPECT_TRUE(check_note(signed_note(says.text(), key), key.verifier()).error().is(Errc::checkpoint_differs));
}

TEST(Note, WithAnotherTextIsRefused) {
    std::string altered(tessera_note);
    altered.replace(altered.find("\n12\n"), 4, "\n13\n");
    EXPECT_TRUE(check_note(altered, key_of_tessera()).error().is(Errc::signature_wrong));
}

struct Malformed {
    std::string name;
    std::string bytes;
    friend void PrintTo(Malformed const& row, std::ostream* out) { *out << row.name; }
};
class MalformedNote : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedNote, IsRefused) {
    auto const note = Note::parse(GetParam().bytes);
    ASSERT_FALSE(note);
    EXPECT_TRUE(note.error().is(Errc::note_malformed)) << note.error().message();
}
INSTANTIATE_TEST_SUITE_P(EveryReason, MalformedNote,
                         testing::Values(Malformed{"Empty", ""}, Malformed{"NoSignatures", "text\n\n"},
                                         Malformed{"NoGap", "text\n\xE2\x80\x94 a AAAAAAA=\n"},
                                         Malformed{"NoEnd", "text\n\n\xE2\x80\x94 a AAAAAAA="},
                                         Malformed{"NoDash", "text\n\na AAAAAAA=\n"},
                                         Malformed{"NoName", "text\n\n\xE2\x80\x94 AAAAAAA=\n"},
                                         Malformed{"NoBase64", "text\n\n\xE2\x80\x94 a A!\n"},
                                         Malformed{"SignatureOfNothing", "text\n\n\xE2\x80\x94 a AAAAAA==\n"},
                                         Malformed{"Control", "te\x01xt\n\n\xE2\x80\x94 a AAAAAAA=\n"},
                                         Malformed{"NoUtf8", "te\xFFxt\n\n\xE2\x80\x94 a AAAAAAA=\n"}),
                         [](auto const& row) { return row.param.name; });

class MalformedCheckpoint : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedCheckpoint, IsRefused) {
    auto const says = CheckpointNote::parse(GetParam().bytes);
    ASSERT_FALSE(says);
    EXPECT_TRUE(says.error().is(Errc::note_malformed)) << says.error().message();
}
std::string const root_line = to_base64(bytes_of(Hash{})) + "\n";
INSTANTIATE_TEST_SUITE_P(EveryReason, MalformedCheckpoint,
                         testing::Values(Malformed{"Empty", ""}, Malformed{"NoSize", "log\n"},
                                         Malformed{"NoRoot", "log\n7\n"}, Malformed{"ZeroBefore", "log\n07\n" + root_line},
                                         Malformed{"Negative", "log\n-7\n" + root_line},
                                         Malformed{"TooLarge", "log\n99999999999999999999\n" + root_line},
                                         Malformed{"RootCut", "log\n7\nAAAA\n"},
                                         Malformed{"StateCut", "log\n7\n" + root_line + "plimsoll-state 1 AAAA\n"},
                                         Malformed{"TwoStates", "log\n7\n" + root_line + "plimsoll-state 1 " + root_line +
                                                                    "plimsoll-state 1 " + root_line}),
                         [](auto const& row) { return row.param.name; });

class MalformedKey : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedKey, IsRefused) {
    auto const verifier = VerifierKey::parse(GetParam().bytes);
    ASSERT_FALSE(verifier);
    EXPECT_TRUE(verifier.error().is(Errc::key_malformed)) << verifier.error().message();
    EXPECT_TRUE(SigningKey::parse("PRIVATE+KEY+" + GetParam().bytes).error().is(Errc::key_malformed));
}
INSTANTIATE_TEST_SUITE_P(
    EveryReason, MalformedKey,
    testing::Values(Malformed{"Empty", ""}, Malformed{"OnePlus", "name+33d7b496"},
                    Malformed{"NoName", "+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"},
                    Malformed{"AnotherName", "example.com/log+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"},
                    Malformed{"AnotherId", "example.com/log/testdata+33d7b497+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"},
                    Malformed{"AnotherAlgorithm", "example.com/log/testdata+33d7b496+AuHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"},
                    Malformed{"Cut", "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCF"},
                    Malformed{"BlankInName", "example com+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"}),
    [](auto const& row) { return row.param.name; });

TEST(Key, IsNeverGivenAwayByMistake) {
    SigningKey const key = SigningKey::fresh("books").value();
    EXPECT_TRUE(VerifierKey::parse(key.line()).error().is(Errc::key_malformed));
    EXPECT_TRUE(SigningKey::parse(key.verifier().line()).error().is(Errc::key_malformed));
    EXPECT_TRUE(SigningKey::fresh("two words").error().is(Errc::key_malformed));
    EXPECT_TRUE(SigningKey::fresh("").error().is(Errc::key_malformed));
}

} // namespace
} // namespace plimsoll::tools
