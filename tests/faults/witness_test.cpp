// The head witness: what was acknowledged and is gone is refused with both numbers. Damage of every kind is in damage_test.cpp.

#include "ledger/store/store.hpp"
#include "ledger/store/witness.hpp"
#include "replay/witness.hpp"
#include "tests/replay/market_ledger.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// A ledger whose last batches lie in its write-ahead log; tests damage copies of it.
class Witnessed : public testing::Test {
protected:
    Witnessed() {
        auto engine = ledger_.open(in_batches_of(5));
        for (std::uint64_t record = 1; record <= 40; ++record) {
            static_cast<void>(must(engine->submit({payment(record, "1.5")})));
            must(engine->commit());
            if (record == 20) copy_ledger(ledger_.path(), older());
        }
        sequence_ = engine->durable_sequence();
        engine.reset();
        copy_ledger(ledger_.path(), copy());
        wal_ = newest_wal();
        whole_ = file_bytes(wal_);
    }
    [[nodiscard]] fs::path copy() const { return ledger_.elsewhere("copy"); }
    [[nodiscard]] fs::path older() const { return ledger_.elsewhere("older"); }
    [[nodiscard]] fs::path newest_wal() const {
        fs::path found;
        for (auto const& entry : fs::directory_iterator(copy() / "db")) {
            if (entry.path().extension() == ".log") found = std::max(found, entry.path());
        }
        return found;
    }
    /// What a writer answers that opens the copy: where its log ends, or why not.
    [[nodiscard]] result<std::uint64_t> opened() const {
        PLIMSOLL_TRY(engine, Engine::open(copy(), in_batches_of(5)));
        return engine->durable_sequence();
    }
    void expect_both_numbers(Error const& error) const {
        EXPECT_TRUE(error.is(store::Errc::history_missing)) << error.message();
        EXPECT_THAT(error.message(), HasSubstr("have #"));
        EXPECT_THAT(error.message(), HasSubstr("promised #" + std::to_string(sequence_)));
        EXPECT_EQ(error.status(), Status::damaged);
    }
    void again() const { copy_ledger(ledger_.path(), copy()); }

    MarketLedger ledger_;
    std::uint64_t sequence_ = 0;
    fs::path wal_;
    std::string whole_;
};

TEST_F(Witnessed, SaysWhatIsThere) {
    auto const report = must(look_at_witness(ledger_.path()));
    EXPECT_EQ(report.promised_sequence, sequence_);
    EXPECT_EQ(report.promised_root, report.log_root);
    EXPECT_FALSE(report.verdict);
    EXPECT_EQ(must(opened()), sequence_);
}

/// The opening rule: a damaged tail that nobody was promised is cut, told, and kept.
TEST_F(Witnessed, CutsADamagedTailThatWasNeverAcknowledged) {
    write_file(wal_, whole_);
    std::uint64_t const promised = sequence_ - 1;
    { // the witness as it was before the last batch, which a power cut then left in part
        auto const store = must(store::Store::open_reader(copy(), store::Trust::unchecked));
        AlignedBytes bytes;
        ASSERT_TRUE(must(store->batch_of(promised, bytes)));
        store::Promise promise;
        promise.ledger = store->marker().id;
        promise.sequence = promised;
        promise.log_root = sha256(bytes.view());
        must(store::Witness::create(copy().string() + ".witness", promise));
    }
    std::string other = whole_;
    other[other.size() - 20] = static_cast<char>(other[other.size() - 20] ^ 1);
    write_file(wal_, other);
    std::string told;
    tell_openings_to([&](std::string const& note) { told = note; });
    EXPECT_EQ(must(Reader::open(copy()))->log_size(), promised);
    EXPECT_THAT(told, HasSubstr("nothing after it had been acknowledged"));
    EXPECT_THAT(told, HasSubstr("it is read up to there"));
    EXPECT_EQ(file_bytes(wal_), other) << "a reader changes nothing";
    auto engine = must(Engine::open(copy(), in_batches_of(5)));
    tell_openings_to({});
    EXPECT_EQ(engine->durable_sequence(), promised);
    EXPECT_THAT(told, HasSubstr("it was cut there"));
    EXPECT_EQ(told, copy().string() + ": " + engine->opening_notes());
    EXPECT_THAT(engine->opening_notes(), HasSubstr("promised #" + std::to_string(promised)));
    EXPECT_EQ(file_bytes(copy() / "cut" / "1" / wal_.filename()), other);
    static_cast<void>(must(engine->submit({payment(100, "2")})));
    must(engine->commit());
    engine.reset();
    EXPECT_EQ(must(opened()), promised + 1);
    EXPECT_EQ(must(Engine::open(copy()))->opening_notes(), "");
}

TEST_F(Witnessed, RefusesALostLogOrWitness) {
    fs::remove(wal_);
    auto const lost = opened();
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().status(), Status::damaged) << lost.error().message();
    EXPECT_THAT(lost.error().message(), HasSubstr("promised #" + std::to_string(sequence_)));

    again();
    fs::remove(copy().string() + ".witness");
    auto const gone = opened();
    ASSERT_FALSE(gone);
    EXPECT_TRUE(gone.error().is(store::Errc::witness_missing)) << gone.error().message();
    EXPECT_THAT(gone.error().message(), HasSubstr("plimsoll witness DIR accept"));
    static_cast<void>(must(accept_witness(copy(), {}, false)));
    EXPECT_EQ(must(opened()), sequence_);

    again();
    std::string witness = file_bytes(copy().string() + ".witness");
    for (std::size_t const at : {std::size_t{50}, std::size_t{4'096 + 50}}) witness[at] = static_cast<char>(witness[at] ^ 1);
    write_file(copy().string() + ".witness", witness);
    auto const damaged = opened();
    ASSERT_FALSE(damaged);
    EXPECT_TRUE(damaged.error().is(store::Errc::witness_damaged)) << damaged.error().message();

    again();
    TemporaryLedger other;
    fs::copy_file(other.path().string() + ".witness", copy().string() + ".witness", fs::copy_options::overwrite_existing);
    auto const swapped = opened();
    ASSERT_FALSE(swapped);
    EXPECT_TRUE(swapped.error().is(store::Errc::witness_of_another)) << swapped.error().message();
}

/// An older copy of the whole directory is taken only by who says that he gives up what it lacks.
TEST_F(Witnessed, RefusesAnOlderCopy) {
    fs::remove_all(copy());
    fs::copy(older(), copy(), fs::copy_options::recursive);
    auto const verdict = opened();
    ASSERT_FALSE(verdict);
    expect_both_numbers(verdict.error());
    auto const kept = accept_witness(copy(), {}, false);
    ASSERT_FALSE(kept) << "gives up what was acknowledged";
    expect_both_numbers(kept.error());
    static_cast<void>(must(accept_witness(copy(), {}, true)));
    EXPECT_LT(must(opened()), sequence_);
}

TEST_F(Witnessed, SurvivesOneTornSlot) {
    for (std::size_t const slot : {0U, 1U}) {
        again();
        std::string witness = file_bytes(copy().string() + ".witness");
        witness[slot * 4'096 + 60] = static_cast<char>(witness[slot * 4'096 + 60] ^ 4);
        write_file(copy().string() + ".witness", witness);
        EXPECT_EQ(must(opened()), sequence_);
        EXPECT_FALSE(must(look_at_witness(copy())).verdict);
    }
}

TEST_F(Witnessed, RefusesAnotherHistoryOfTheSameLength) {
    auto const store = must(store::Store::open_reader(copy()));
    store::Promise promise;
    promise.ledger = store->marker().id;
    promise.sequence = sequence_;
    promise.log_root[0] = 1;
    must(store::Witness::create(copy().string() + ".witness", promise));
    auto const verdict = opened();
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::history_differs)) << verdict.error().message();
}

/// A witness that is an older copy proves nothing about what it promised later.
TEST_F(Witnessed, RefusesAWitnessFarBehind) {
    {
        auto engine = must(Engine::open(copy(), in_batches_of(1)));
        for (std::uint64_t record = 100; record < 100 + store::unwitnessed_limit_batches; ++record) {
            static_cast<void>(must(engine->submit({payment(record, "1.5")})));
        }
        must(engine->commit());
    }
    fs::copy_file(ledger_.path().string() + ".witness", copy().string() + ".witness", fs::copy_options::overwrite_existing);
    EXPECT_TRUE(opened()) << "as many as a crash may leave";
    {
        auto engine = must(Engine::open(copy(), in_batches_of(1)));
        static_cast<void>(must(engine->submit({payment(1'000, "1.5")})));
        must(engine->commit());
    }
    fs::copy_file(ledger_.path().string() + ".witness", copy().string() + ".witness", fs::copy_options::overwrite_existing);
    auto const verdict = opened();
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::witness_behind)) << verdict.error().message();
}

/// A writer that opens moves its write-ahead log into tables: whoever reads meanwhile must not take the one for gone
/// before he has seen the other.
TEST_F(Witnessed, ReadersBesideAWriterThatOpensSeeAllThatWasPromised) {
    std::atomic<bool> is_ending = false;
    std::atomic<std::uint64_t> acknowledged = sequence_;
    std::thread writer([&] {
        for (std::uint64_t record = 1'000; record < 1'040; ++record) {
            auto engine = ledger_.open(in_batches_of(5));
            static_cast<void>(must(engine->submit({payment(record)})));
            must(engine->commit());
            acknowledged = engine->durable_sequence();
        }
        is_ending = true;
    });
    std::uint64_t readers = 0;
    while (!is_ending && !HasFailure()) {
        std::uint64_t const before = acknowledged;
        auto const reader = Reader::open(ledger_.path());
        EXPECT_TRUE(reader) << reader.error().message();
        if (reader) {
            EXPECT_GE(reader.value()->log_size(), before);
        }
        ++readers;
    }
    writer.join();
    EXPECT_GT(readers, 0U);
}

TEST(WitnessModes, AreKeptWithTheLedger) {
    TemporaryDirectory directory;
    for (auto const& [text, mode] : {std::pair{"strict", store::WitnessMode::strict}, {"batched:20", store::WitnessMode::batched},
                                     {"none", store::WitnessMode::none}}) {
        auto const path = directory.path() / std::string(text).substr(0, 4);
        must(Engine::create(path, must(store::WitnessSetting::parse(text, (directory.path() / "w").string()))));
        auto engine = must(Engine::open(path));
        AssetDefined asset;
        asset.name = "X";
        static_cast<void>(must(engine->submit({Origin{}, rare(asset)})));
        must(engine->commit());
        engine.reset();
        auto const report = must(look_at_witness(path));
        EXPECT_EQ(report.marker.witness.mode, mode);
        EXPECT_FALSE(report.verdict);
        EXPECT_EQ(report.promised_sequence, mode == store::WitnessMode::none ? 0U : 1U);
    }
    for (char const* text : {"", "Strict", "batched", "batched:0", "batched:60001", "batched:5x"}) {
        auto const verdict = store::WitnessSetting::parse(text, "");
        ASSERT_FALSE(verdict) << text;
        EXPECT_TRUE(verdict.error().is(store::Errc::setting_malformed));
    }
}

TEST(WitnessFile, ThatCannotBeWrittenStopsTheLedgerFromBeingMade) {
    TemporaryDirectory directory;
    store::WitnessSetting const setting{store::WitnessMode::strict, 0, (directory.path() / "no" / "where").string()};
    auto const verdict = Engine::create(directory.path() / "ledger", setting);
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::witness_unwritable)) << verdict.error().message();
}

} // namespace
} // namespace plimsoll::replay
