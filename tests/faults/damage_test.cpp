// Damage of every kind, done to a copy of a ledger: bytes of tables (R5) and of the write-ahead log (R6), its end cut off
// (R7), files gone or another ledger's (R8), the whole directory an older copy (R9). Refused with the place, or all is there.
//
//   PLIMSOLL_DAMAGE_FULL=1   every 97th byte of the tables, 2,000 changes of the log, every boundary and 500 places inside
//                            records, every file and every pair, 200 older copies
//   PLIMSOLL_DAMAGE_SEED=7   another run

#include "ledger/store/store.hpp"
#include "ledger/store/witness.hpp"
#include "replay/verify.hpp"
#include "tests/ledger/event/random.hpp"
#include "tests/replay/expected_log.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <map>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using testing::HasSubstr;
namespace fs = std::filesystem;

[[nodiscard]] bool is_full() { return std::getenv("PLIMSOLL_DAMAGE_FULL") != nullptr; }
[[nodiscard]] std::uint64_t seed() { return number_in("PLIMSOLL_DAMAGE_SEED", 2'026); }
[[nodiscard]] unsigned long long wide(std::uint64_t number) { return number; }

/// Files by what they are to a database: "000012.sst" and "000015.sst" are of one kind.
[[nodiscard]] std::string kind_of(fs::path const& file) {
    if (file.extension() == ".sst" || file.extension() == ".log") return file.extension().string();
    std::string const name = file.filename().string();
    return name.substr(0, name.find('-'));
}

/// A ledger with tables of every family, and a write-ahead log of single batches behind them.
class Victim {
public:
    explicit Victim(std::string_view much) {
        std::uint64_t record = 0;
        for (int opening = 0; opening < 3; ++opening) { // each moves what is written into tables
            auto engine = ledger_.open(in_batches_of(5));
            for (int i = 0; i < 30; ++i) pay(*engine, ++record, much);
            must(engine->checkpoint());
        }
        auto engine = ledger_.open(in_batches_of(5));
        for (int i = 0; i < 25; ++i) pay(*engine, ++record, much);
        sequence_ = engine->durable_sequence();
        root_ = engine->state_root();
        must(engine->close());
    }
    [[nodiscard]] fs::path path() const { return ledger_.path(); }
    [[nodiscard]] fs::path elsewhere(std::string const& name) const { return ledger_.elsewhere(name); }
    [[nodiscard]] std::uint64_t sequence() const { return sequence_; }
    [[nodiscard]] Hash root() const { return root_; }

private:
    static void pay(Engine& engine, std::uint64_t record, std::string_view much) {
        static_cast<void>(must(engine.submit({payment(record, much)})));
        must(engine.commit());
    }
    MarketLedger ledger_;
    std::uint64_t sequence_ = 0;
    Hash root_{};
};

[[nodiscard]] Victim const& victim() {
    static Victim const only("1.5");
    return only;
}

class Damaged : public testing::Test {
protected:
    Damaged() { again(); }
    [[nodiscard]] static fs::path copy() { return victim().elsewhere("copy"); }
    [[nodiscard]] static fs::path witness() { return copy().string() + ".witness"; }
    static void again() { copy_ledger(victim().path(), copy()); }
    [[nodiscard]] static std::vector<fs::path> files(fs::path const& ledger, std::string const& kind = "") {
        std::vector<fs::path> found;
        for (auto const& entry : fs::directory_iterator(ledger / "db")) {
            std::string const is = kind_of(entry.path());
            if (kind.empty() ? is != "LOCK" && !is.starts_with("LOG") : is == kind) found.push_back(entry.path());
        }
        std::ranges::sort(found);
        return found;
    }
    /// What a reader says of the copy: the root it finds, or why it refuses.
    [[nodiscard]] static result<Hash> answered() {
        PLIMSOLL_TRY(reader, Reader::open(copy()));
        PLIMSOLL_TRY(moment, reader->at(reader->log_size()));
        return moment.basis.state_root;
    }
    /// The witness promises the log up to an earlier batch's end.
    static void promise_only(std::uint64_t sequence) {
        auto const store = must(store::Store::open_reader(victim().path()));
        AlignedBytes bytes;
        ASSERT_TRUE(must(store->batch_of(sequence, bytes)));
        must(store::Witness::create(witness(), {store->marker().id, 0, sequence, sha256(bytes.view()), 0, {}}));
    }
    static void expect_both_numbers(Error const& error, std::uint64_t promised) {
        EXPECT_EQ(error.status(), Status::damaged) << error.message();
        EXPECT_THAT(error.message(), HasSubstr("have #"));
        EXPECT_THAT(error.message(), HasSubstr("promised #" + std::to_string(promised)));
    }
};

/// R5. Blocks are far longer than 97 bytes, so every 97th byte meets every block, index, filter and footer.
TEST_F(Damaged, EveryByteOfATableIsFoundByVerifyAndNeverServed) {
    Random random(seed());
    std::uint64_t flips = 0;
    std::uint64_t refused = 0;
    auto const tables = files(copy(), ".sst");
    ASSERT_GE(tables.size(), 6U);
    for (fs::path const& table : tables) {
        std::string const whole = file_bytes(table);
        std::size_t const step = is_full() ? 97 : std::max<std::size_t>(97, whole.size() / 3);
        for (std::size_t at = random.below(97); at < whole.size(); at += step) {
            std::string other = whole;
            other[at] = static_cast<char>(other[at] ^ (1 << random.below(8)));
            write_file(table, other);
            ++flips;
            std::string const place = table.filename().string() + " byte " + std::to_string(at) + ", seed " + std::to_string(seed());
            auto const report = verify(copy(), [](std::uint64_t, std::uint64_t) {});
            EXPECT_TRUE(!report || !report.value().findings.empty()) << place;
            auto const answer = answered();
            if (answer) {
                EXPECT_EQ(answer.value(), victim().root()) << place;
            } else {
                ++refused;
                EXPECT_EQ(answer.error().status(), Status::damaged) << place << ": " << answer.error().message();
            }
            write_file(table, whole);
            ASSERT_FALSE(HasFailure());
        }
    }
    std::printf("%llu bits turned in %zu tables (seed %llu): all found by verify; %llu refused a question, the others answered it right\n",
                wide(flips), tables.size(), wide(seed()), wide(refused));
}

/// R6.
TEST_F(Damaged, AChangedLogIsRefusedOrWhole) {
    Random random(seed());
    std::uint64_t const changes = is_full() ? 2'000 : 60;
    std::uint64_t refused = 0;
    fs::path const log = files(copy(), ".log").back();
    std::string const whole = file_bytes(log);
    for (std::uint64_t i = 0; i < changes; ++i) {
        std::string other = whole;
        std::size_t const at = random.below(other.size());
        std::size_t const bytes = random.chance(2) ? 1 : std::min(other.size() - at, 1 + random.below(64));
        for (std::size_t k = at; k < at + bytes; ++k) {
            auto const mask = bytes == 1 ? std::uint64_t{1} << random.below(8) : random.below(256);
            other[k] = static_cast<char>(static_cast<std::uint64_t>(other[k]) ^ mask);
        }
        write_file(log, other);
        std::string const place = "byte " + std::to_string(at) + ", " + std::to_string(bytes) + " of them, seed " + std::to_string(seed());
        auto const answer = answered();
        if (answer) {
            EXPECT_EQ(answer.value(), victim().root()) << place;
        } else {
            ++refused;
            expect_both_numbers(answer.error(), victim().sequence());
        }
        if (i % 20 == 0) { // whoever opens it for writing says the same
            auto const opened = Engine::open(copy());
            EXPECT_EQ(opened.has_value(), answer.has_value()) << place;
            again();
        }
        ASSERT_FALSE(HasFailure()) << place;
    }
    std::printf("%llu changes of the write-ahead log (seed %llu): %llu refused with both numbers, the others whole; none shortened\n",
                wide(changes), wide(seed()), wide(refused));
}

/// Where records of a write-ahead file begin (tests/ledger/store/store_test.cpp has the layout).
[[nodiscard]] std::vector<std::size_t> record_bounds(std::string_view log) {
    constexpr std::size_t block = 32 * 1024;
    constexpr std::size_t header = 7;
    std::vector<std::size_t> bounds;
    for (std::size_t at = 0; at + header <= log.size();) {
        if (block - at % block < header) {
            at += block - at % block;
            continue;
        }
        bounds.push_back(at);
        at += header + static_cast<unsigned char>(log[at + 4]) + (std::size_t{static_cast<unsigned char>(log[at + 5])} << 8);
    }
    return bounds;
}

/// R7: cut anywhere; below what the witness promised it is refused with both numbers, behind that it opens.
TEST_F(Damaged, ACutLogIsRefusedBelowTheWitnessAndOpensBehindIt) {
    Random random(seed());
    fs::path const log = files(copy(), ".log").back();
    std::string const whole = file_bytes(log);
    std::vector<std::size_t> cuts = record_bounds(whole);
    ASSERT_GE(cuts.size(), 20U);
    std::size_t const bounds = cuts.size();
    std::uint64_t const inside = is_full() ? 500 : 30;
    for (std::uint64_t i = 0; i < inside; ++i) cuts.push_back(random.below(whole.size()));
    std::uint64_t const promised = victim().sequence() - 12;
    std::uint64_t opened = 0;
    for (std::size_t const size : cuts) {
        std::string const place = "cut at " + std::to_string(size) + " of " + std::to_string(whole.size()) + ", seed " + std::to_string(seed());
        write_file(log, std::string_view(whole).substr(0, size));
        fs::copy_file(victim().path().string() + ".witness", witness(), fs::copy_options::overwrite_existing);
        auto const strictly = Reader::open(copy());
        ASSERT_FALSE(strictly) << place;
        EXPECT_TRUE(strictly.error().is(store::Errc::history_missing)) << strictly.error().message();
        expect_both_numbers(strictly.error(), victim().sequence());

        promise_only(promised);
        auto const reader = Reader::open(copy());
        if (reader) {
            ++opened;
            EXPECT_GE(reader.value()->log_size(), promised) << place;
            if (random.chance(is_full() ? 1 : 5)) {
                EXPECT_EQ(must(Engine::open(copy()))->durable_sequence(), reader.value()->log_size()) << place;
                again();
            }
        } else {
            expect_both_numbers(reader.error(), promised);
        }
        ASSERT_FALSE(HasFailure()) << place;
    }
    EXPECT_GT(opened, 0U);
    EXPECT_LT(opened, cuts.size());
    std::printf("%zu cuts of the write-ahead log, %zu of them at record boundaries (seed %llu): below the witness all refused; with a "
                "witness 12 events behind %llu opened, the others refused\n",
                cuts.size(), bounds, wide(seed()), wide(opened));
}

/// One thing done to one file.
struct Deed {
    std::string what;
    fs::path file; ///< below the copy, or the witness
    fs::path from; ///< another ledger's; empty: the file is removed

    void run() const {
        fs::remove(file);
        if (!from.empty()) fs::copy_file(from, file);
    }
};

/// R8. What opens has everything; what is refused is named, and nothing of it is taken away.
TEST_F(Damaged, LostAndSwappedFilesAreToldAndNothingGoesMissing) {
    Random random(seed());
    Victim const other("2.5");
    std::vector<Deed> deeds;
    auto const add = [&](fs::path const& file, fs::path const& from) {
        deeds.push_back({"without " + file.filename().string(), file, {}});
        if (!from.empty()) deeds.push_back({file.filename().string() + " of another", file, from});
    };
    for (fs::path const& file : files(copy())) {
        auto const of_kind = files(other.path(), kind_of(file));
        add(file, of_kind.empty() ? fs::path{} : of_kind.back());
    }
    add(copy() / "PLIMSOLL", other.path() / "PLIMSOLL");
    add(witness(), other.path().string() + ".witness");
    std::vector<std::vector<Deed const*>> cases;
    for (std::size_t i = 0; i < deeds.size(); ++i) {
        cases.push_back({&deeds[i]});
        for (std::size_t k = i + 1; k < deeds.size(); ++k) {
            if (deeds[k].file != deeds[i].file) cases.push_back({&deeds[i], &deeds[k]});
        }
    }
    if (!is_full()) {
        for (std::size_t i = 0; i < 60; ++i) std::swap(cases[i], cases[i + random.below(cases.size() - i)]);
        cases.resize(60);
    }
    std::map<std::string, std::uint64_t> verdicts;
    for (auto const& deeds_done : cases) {
        again();
        std::string place = "seed " + std::to_string(seed());
        for (Deed const* deed : deeds_done) {
            place += ", " + deed->what;
            deed->run();
        }
        auto const before = files(copy());
        auto const engine = Engine::open(copy());
        if (engine) {
            ++verdicts["opened, all there"];
            EXPECT_EQ(engine.value()->durable_sequence(), victim().sequence()) << place;
            EXPECT_EQ(engine.value()->state_root(), victim().root()) << place;
        } else {
            Error const& error = engine.error();
            ++verdicts[std::string(error.rule().name) + ", exit status " + std::to_string(static_cast<int>(error.status()))];
            EXPECT_TRUE(error.status() == Status::damaged || error.status() == Status::bad_input) << place << ": " << error.message();
            EXPECT_EQ(error.rule().room, "store") << place << ": " << error.message();
            for (fs::path const& file : before) {
                bool const is_kept = kind_of(file) == ".sst" || kind_of(file) == ".log" ? fs::exists(file) : true;
                EXPECT_TRUE(is_kept) << place << ": " << file << " was taken away";
            }
        }
        ASSERT_FALSE(HasFailure());
    }
    std::printf("%zu cases of files gone or another ledger's, alone and in pairs (seed %llu):\n", cases.size(), wide(seed()));
    for (auto const& [verdict, count] : verdicts) std::printf("  %5llu %s\n", wide(count), verdict.c_str());
}

/// R9: copies of any age in the place of the ledger.
TEST(OlderCopy, IsAlwaysRefused) {
    std::uint64_t const copies = is_full() ? 200 : 12;
    Random random(seed());
    MarketLedger const ledger;
    std::vector<std::pair<fs::path, std::uint64_t>> older;
    std::uint64_t record = 0;
    for (std::uint64_t i = 0; i < copies; ++i) {
        auto engine = ledger.open(in_batches_of(1 + random.below(10), random.chance(2) ? 4'000 : 0));
        for (std::uint64_t left = 1 + random.below(12); left != 0; --left) {
            static_cast<void>(must(engine->submit({payment(++record)})));
            must(engine->commit());
            if (left == 1) {
                older.emplace_back(ledger.elsewhere("older-" + std::to_string(i)), engine->durable_sequence());
                fs::copy(ledger.path(), older.back().first, fs::copy_options::recursive); // while it is open
            }
        }
    }
    std::uint64_t promised = 0;
    {
        auto engine = ledger.open();
        static_cast<void>(must(engine->submit({payment(++record)})));
        must(engine->commit());
        promised = engine->durable_sequence();
    }
    for (auto const& [copy, sequence] : older) {
        fs::remove_all(ledger.path());
        fs::rename(copy, ledger.path());
        auto const engine = Engine::open(ledger.path());
        auto const reader = Reader::open(ledger.path());
        ASSERT_TRUE(!engine && !reader) << "the copy of #" << sequence << ", seed " << seed();
        for (Error const& error : {engine.error(), reader.error()}) {
            EXPECT_TRUE(error.is(store::Errc::history_missing)) << error.message();
            EXPECT_THAT(error.message(), HasSubstr("have #" + std::to_string(sequence)));
            EXPECT_THAT(error.message(), HasSubstr("promised #" + std::to_string(promised)));
        }
    }
    std::printf("%llu older copies in the ledger's place (seed %llu): all refused with both numbers\n", wide(copies), wide(seed()));
}

} // namespace
} // namespace plimsoll::replay
