#include "tests/house/laws.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace plimsoll::house {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

struct NamedLaw {
    std::string name;
    Findings (*holds)(Tree const&);
    friend void PrintTo(NamedLaw const& law, std::ostream* out) { *out << law.name; }
};

[[nodiscard]] std::string read(fs::path const& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Every C++ source of the five folders, by path; what npm put beside the web page is not ours.
[[nodiscard]] Tree const& the_house() {
    static Tree const tree = [] {
        Tree sources;
        fs::path const root(PLIMSOLL_SOURCE_DIR);
        for (auto const* folder : {"ledger", "risk", "replay", "tools", "tests"}) {
            for (auto walk = fs::recursive_directory_iterator(root / folder);
                 walk != fs::recursive_directory_iterator(); ++walk) {
                auto const& path = walk->path();
                if (path.filename() == "node_modules") walk.disable_recursion_pending();
                if (path.extension() != ".cpp" && path.extension() != ".hpp") continue;
                sources.push_back({path.lexically_relative(root).generic_string(), read(path)});
            }
        }
        std::ranges::sort(sources, {}, &Source::path);
        return sources;
    }();
    return tree;
}

// First each law against the house as it stands.

class House : public testing::TestWithParam<NamedLaw> {};

TEST_P(House, Keeps) { EXPECT_THAT(GetParam().holds(the_house()), IsEmpty()); }

INSTANTIATE_TEST_SUITE_P(
    EveryLaw, House,
    testing::Values(NamedLaw{"IncludesPointInward", includes_point_inward},
                    NamedLaw{"StorageStaysBehindReplay", storage_stays_behind_replay},
                    NamedLaw{"EveryHeaderIsIncluded", every_header_is_included},
                    NamedLaw{"PureFoldersArePure", pure_folders_are_pure},
                    NamedLaw{"NoUnorderedIteration", no_unordered_iteration},
                    NamedLaw{"HeadersOpenWithASentence", headers_open_with_a_sentence},
                    NamedLaw{"EveryErrcIsTested", every_errc_is_tested},
                    NamedLaw{"FilesHoldOneConcept", files_hold_one_concept}),
    [](auto const& row) { return row.param.name; });

TEST(House, IsReadWhole) {
    EXPECT_NE(std::ranges::find(the_house(), "tests/house_test.cpp", &Source::path),
              the_house().end());
    for (auto const& note : longer_than(300, the_house())) {
        std::cout << "note: " << note << ": perhaps two concepts\n";
    }
}

TEST(House, HasNoStrangerAtTheTop) {
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator(PLIMSOLL_SOURCE_DIR)) {
        names.push_back(entry.path().filename().string());
    }
    EXPECT_THAT(strangers(names), IsEmpty());
    EXPECT_THAT(strangers({".git", "build", "ledger", "docs"}),
                ElementsAre("docs: the top level holds the house only"));
}

// Then each law against small houses, so that it is known to fail where it should and only there.

struct Proof {
    std::string name;
    Findings (*holds)(Tree const&);
    Tree tree;
    Findings want;
    friend void PrintTo(Proof const& proof, std::ostream* out) { *out << proof.name; }
};

class HouseProof : public testing::TestWithParam<Proof> {};

TEST_P(HouseProof, Finds) { EXPECT_EQ(GetParam().holds(GetParam().tree), GetParam().want); }

[[nodiscard]] std::string const& name_of(testing::TestParamInfo<Proof> const& row) {
    return row.param.name;
}

/// A file at `path` includes `target`, quoted or in brackets; `refusal` is "" where it may.
[[nodiscard]] Proof includes(std::string name, Findings (*law)(Tree const&),
                             std::string const& path, std::string const& target,
                             std::string const& refusal) {
    Proof proof{std::move(name), law, {{path, "// One.\n#include " + target + "\n"}}, {}};
    if (!refusal.empty()) proof.want.push_back(path + ":2: " + refusal);
    return proof;
}

[[nodiscard]] Proof inward(std::string name, std::string const& path, std::string const& target,
                           std::string const& refusal = "") {
    return includes(std::move(name), includes_point_inward, path, target, refusal);
}

[[nodiscard]] Proof storage(std::string name, std::string const& path, std::string const& target,
                            std::string const& refusal = "") {
    return includes(std::move(name), storage_stays_behind_replay, path, target, refusal);
}

INSTANTIATE_TEST_SUITE_P(
    Includes, HouseProof,
    testing::Values(
        inward("EventMayEvent", "ledger/event/a.hpp", "\"ledger/event/b.hpp\""),
        inward("EventMustNotBook", "ledger/event/a.hpp", "\"ledger/book/b.hpp\"",
               "ledger/event/ must not include ledger/book/b.hpp"),
        inward("BookMayEvent", "ledger/book/a.hpp", "\"ledger/event/b.hpp\""),
        inward("BookMustNotStore", "ledger/book/a.cpp", "\"ledger/store/b.hpp\"",
               "ledger/book/ must not include ledger/store/b.hpp"),
        inward("StoreMayBook", "ledger/store/a.hpp", "\"ledger/book/b.hpp\""),
        inward("StoreMustNotRisk", "ledger/store/a.hpp", "\"risk/b.hpp\"",
               "ledger/ must not include risk/b.hpp"),
        inward("RiskMayBook", "risk/margin/a.hpp", "\"ledger/book/b.hpp\""),
        inward("RiskMustNotStore", "risk/margin/a.hpp", "\"ledger/store/b.hpp\"",
               "risk/ must not include ledger/store/b.hpp"),
        inward("RiskMustNotReplay", "risk/a.hpp", "\"replay/b.hpp\"",
               "risk/ must not include replay/b.hpp"),
        inward("ReplayMayStore", "replay/a.cpp", "\"ledger/store/b.hpp\""),
        inward("ReplayMustNotTools", "replay/a.hpp", "\"tools/b.hpp\"",
               "replay/ must not include tools/b.hpp"),
        inward("ToolsMayReplay", "tools/a.cpp", "\"replay/b.hpp\""),
        inward("ToolsMustNotTests", "tools/a.cpp", "\"tests/b.hpp\"",
               "tools/ must not include tests/b.hpp"),
        inward("BracketsAreNoWayRound", "risk/a.cpp", "<tools/b.hpp>",
               "risk/ must not include tools/b.hpp"),
        inward("PathsStartAtTheRoot", "tools/a.cpp", "\"../risk/b.hpp\"",
               "tools/ must not include ../risk/b.hpp"),
        inward("OthersHeadersAreFree", "risk/a.cpp", "<boost/outcome.hpp>"),
        inward("TextIncludesNothing", "risk/a.cpp", "<map>\nR\"(\n#include \"tools/b.hpp\"\n)\""),
        inward("CommentsIncludeNothing", "risk/a.cpp", "<map>\n// #include \"tools/b.hpp\""),
        storage("ReplayMayUseTheStore", "replay/a.cpp", "\"ledger/store/b.hpp\""),
        storage("ToolsMustNotStore", "tools/a.cpp", "\"ledger/store/b.hpp\"",
                "not the place to include ledger/store/b.hpp"),
        storage("LedgerItselfMustNotStore", "ledger/a.cpp", "\"ledger/store/b.hpp\"",
                "not the place to include ledger/store/b.hpp"),
        storage("StoreMayRocksDb", "ledger/store/a.cpp", "<rocksdb/db.h>"),
        storage("ReplayMustNotRocksDb", "replay/a.cpp", "<rocksdb/db.h>",
                "not the place to include rocksdb/db.h"),
        Proof{"IncludedHeader",
              every_header_is_included,
              {{"risk/a.hpp", ""}, {"tests/a_test.cpp", "#include \"risk/a.hpp\"\n"}},
              {}},
        Proof{"HeaderThatNothingIncludes",
              every_header_is_included,
              {{"risk/a.hpp", "#include \"risk/a.hpp\"\n"},
               {"risk/b.cpp", "// #include \"risk/a.hpp\"\n"}},
              {"risk/a.hpp: nothing includes it"}}),
    name_of);

[[nodiscard]] Proof impure(std::string name, std::string const& line, std::string const& word) {
    Proof proof{
        std::move(name), pure_folders_are_pure, {{"ledger/book/a.cpp", "\n" + line + "\n"}}, {}};
    if (!word.empty()) {
        proof.want.push_back("ledger/book/a.cpp:2: " + word + " has no place in a pure folder");
    }
    return proof;
}

INSTANTIATE_TEST_SUITE_P(
    Purity, HouseProof,
    testing::Values(
        impure("Double", "double x = 0;", "double"),
        impure("LongDouble", "long double x;", "double"),
        impure("Float", "std::vector<float> x;", "float"),
        impure("Clock", "auto t = Clock::now();", "::now("),
        impure("RandomDevice", "std::random_device seed;", "random_device"),
        impure("Environment", "auto* home = std::getenv(\"HOME\");", "getenv"),
        impure("SecureEnvironment", "auto* home = secure_getenv(\"HOME\");", "secure_getenv"),
        impure("Output", "std::cout << 1;", "std::cout"),
        impure("Log", "spdlog::info(1);", "spdlog"),
        impure("FileHeader", "#include <fstream>", "fstream"),
        impure("FileIn", "std::ifstream in;", "ifstream"),
        impure("FileOut", "std::ofstream out;", "ofstream"),
        impure("Thread", "std::thread t;", "std::thread"),
        impure("JoiningThread", "std::jthread t;", "std::jthread"),
        impure("ThreadHeader", "#include <thread>", "<thread>"),
        impure("LongerWords", "int double_entry, floating, snow(), thread_count;", ""),
        impure("Comments", "// a double\n/* float\n double */ int x; /// float", ""),
        impure("Text", "auto t = \"a \\\" double\"; auto r = R\"x(a \" double)\" float)x\";", ""),
        impure("AfterAQuoteCharacter", "char q = '\"'; float x; char r = '\"';", "float"),
        impure("AfterADigitSeparator", "int x = 1'000; float y = 2'000;", "float"),
        Proof{"EventIsPure",
              pure_folders_are_pure,
              {{"ledger/event/a.hpp", "float x;"}},
              {"ledger/event/a.hpp:1: float has no place in a pure folder"}},
        Proof{"RiskIsPure",
              pure_folders_are_pure,
              {{"risk/pricing/a.hpp", "float x;\n\nfloat y;"}},
              {"risk/pricing/a.hpp:1: float has no place in a pure folder",
               "risk/pricing/a.hpp:3: float has no place in a pure folder"}},
        Proof{"OthersNeedNotBePure",
              pure_folders_are_pure,
              {{"ledger/store/a.cpp", "std::thread t;"},
               {"replay/a.cpp", "float x;"},
               {"tools/a.cpp", "float x;"}},
              {}}),
    name_of);

[[nodiscard]] Proof walk(std::string name, std::string const& declaration, std::string const& loop,
                         std::string const& found) {
    Proof proof{
        std::move(name), no_unordered_iteration, {{"risk/a.cpp", declaration + "\n" + loop}}, {}};
    if (!found.empty())
        proof.want.push_back("risk/a.cpp:2: the order of " + found + " is not defined");
    return proof;
}

INSTANTIATE_TEST_SUITE_P(
    UnorderedIteration, HouseProof,
    testing::Values(
        walk("Local", "std::unordered_map<int, std::vector<int>> ids;",
             "for (auto& [k, v] : ids) {}", "ids"),
        walk("Member", "std::unordered_set<int> ids_;", "for (auto k : other->ids_) {}", "ids_"),
        walk("Parameter", "void f(std::unordered_map<int, int> const& ids);",
             "for (int k : ids) {}", "ids"),
        walk("Function", "std::unordered_map<int, int> const& ids();",
             "for (ns::K k : book.ids()) {}", "ids"),
        walk("Alias", "using Ids = std::unordered_map<int, int>; Ids ids;", "for (auto k : ids) {}",
             "ids"),
        walk("WithInitialiser", "std::unordered_map<int, int> ids;",
             "for (int i = 0; auto k : ids) {}", "ids"),
        walk("LookUpOnly", "std::unordered_map<int, int> ids;", "for (int k : keys) ids.find(k);",
             ""),
        walk("SortedCopy", "std::unordered_map<int, int> ids;", "for (int k : sorted(ids)) {}", ""),
        walk("OrderedMap", "std::map<int, int> ids;", "for (auto k : ids) {}", ""),
        walk("PlainLoop", "std::unordered_map<int, int> ids;", "for (int i = 0; i < n; ++i) {}",
             ""),
        Proof{"DeclaredInAnIncludedHeader",
              no_unordered_iteration,
              {{"risk/a.hpp", "struct A { std::unordered_map<int, int> ids_; };"},
               {"risk/a.cpp", "#include \"risk/a.hpp\"\nfor (auto k : ids_) {}"}},
              {"risk/a.cpp:2: the order of ids_ is not defined"}},
        Proof{"OthersMayWalk",
              no_unordered_iteration,
              {{"tools/a.cpp", "std::unordered_map<int, int> ids; for (auto k : ids) {}"}},
              {}}),
    name_of);

[[nodiscard]] Proof header(std::string name, std::string text, Findings want) {
    return {std::move(name),
            headers_open_with_a_sentence,
            {{"risk/a.hpp", std::move(text)}},
            std::move(want)};
}

std::string const no_sentence =
    "risk/a.hpp:1: must be a comment that says in a sentence what it is";

INSTANTIATE_TEST_SUITE_P(
    Headers, HouseProof,
    testing::Values(
        header("Good", "/// Names of things.\n#pragma once\n", {}),
        header("GoodOverTwoLines", "// Names of things\n// and people.\n#pragma once\n", {}),
        header("CodeFirst", "#pragma once\n/// Names of things.\n", {no_sentence}),
        header("Empty", "", {no_sentence, "risk/a.hpp: lacks #pragma once"}),
        header("EmptyComment", "//\n#pragma once\n", {no_sentence}),
        header("NoFullStop", "// Names\n#pragma once\nint x; // Here.\n", {no_sentence}),
        header("NoCapital", "// names of things.\n#pragma once\n", {no_sentence}),
        header("BlockComment", "/* Names of things. */\n#pragma once\n", {no_sentence}),
        header("NoPragma", "/// Names of things. No #pragma once here.\n",
               {"risk/a.hpp: lacks #pragma once"}),
        Proof{"SourcesMayOpenAnyhow",
              headers_open_with_a_sentence,
              {{"risk/a.cpp", "int x;\n"}},
              {}}),
    name_of);

[[nodiscard]] Proof errc(std::string name, std::string test, Findings want) {
    return {std::move(name),
            every_errc_is_tested,
            {{"risk/errc.hpp", "enum class Errc : int;\n"},
             {"ledger/book/errc.hpp",
              "enum class Errc : int {\n    low = 1, // ground, floor\n    low_key,\n};\n"},
             {"tests/a_test.cpp", std::move(test)}},
            std::move(want)};
}

INSTANTIATE_TEST_SUITE_P(
    Errors, HouseProof,
    testing::Values(
        errc("AllNamed", "Errc::low, book::Errc::low_key", {}),
        errc("OneIsMissing", "Errc::low", {"ledger/book/errc.hpp:3: no test names Errc::low_key"}),
        errc("ALongerNameIsAnother", "Errc::low_key",
             {"ledger/book/errc.hpp:2: no test names Errc::low"}),
        errc("ACommentIsNoTest", "Errc::low // Errc::low_key\n",
             {"ledger/book/errc.hpp:3: no test names Errc::low_key"}),
        Proof{"CodeIsNoTest",
              every_errc_is_tested,
              {{"risk/errc.hpp", "enum class Errc { low };"}, {"risk/a.cpp", "Errc::low"}},
              {"risk/errc.hpp:1: no test names Errc::low"}}),
    name_of);

[[nodiscard]] Tree lines(std::string path, std::size_t count) {
    return {{std::move(path), std::string(count, '\n')}};
}

INSTANTIATE_TEST_SUITE_P(
    Size, HouseProof,
    testing::Values(
        Proof{"AtTheLimit", files_hold_one_concept, lines("risk/a.cpp", 500), {}},
        Proof{"OneLinePastIt",
              files_hold_one_concept,
              lines("risk/a.cpp", 501),
              {"risk/a.cpp: 501 lines, more than 500"}},
        Proof{"TestsMayBeLong", files_hold_one_concept, lines("tests/a_test.cpp", 501), {}}),
    name_of);

} // namespace
} // namespace plimsoll::house
