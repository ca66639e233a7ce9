#include "replay/verify.hpp"

#include "ledger/store/audit.hpp"
#include "ledger/store/checkpoint.hpp"
#include "ledger/store/database.hpp"
#include "ledger/store/history.hpp"
#include "tests/replay/market_ledger.hpp"
#include "tests/replay/story.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace plimsoll::replay {
namespace {

using namespace testing_aid;
using store::Family;
using testing::HasSubstr;

[[nodiscard]] VerifyReport verified(std::filesystem::path const& path) {
    return must(verify(path, [](std::uint64_t, std::uint64_t) {}));
}
[[nodiscard]] std::string text_of(VerifyReport const& report) {
    std::string text;
    for (Finding const& finding : report.findings) text += finding.what + " | " + finding.where + "\n";
    return text;
}

using Entries = std::vector<std::pair<std::string, std::string>>;

/// A database opened by itself, to change what a ledger would never change.
class Hands {
public:
    explicit Hands(std::filesystem::path const& path) : store_(must(store::Store::open_writer(path, store::Trust::unchecked))) {}

    [[nodiscard]] Entries entries(Family family) const {
        Entries all;
        must(store::for_entries(*store_, family, [&](std::string_view key, std::string_view value) {
            all.emplace_back(key, value);
            return true;
        }));
        return all;
    }
    void put(Family family, std::string const& key, std::string const& value) {
        ASSERT_TRUE(database().db().Put({}, database().family(family), store::slice(key), store::slice(value)).ok());
    }
    void remove(Family family, std::string const& key) {
        ASSERT_TRUE(database().db().Delete({}, database().family(family), store::slice(key)).ok());
    }
    /// As verify names the batch at `place`.
    [[nodiscard]] std::string place_of(int place) const {
        auto const log = entries(Family::log);
        auto const at = place < 0 ? log.size() - static_cast<std::size_t>(-place) : static_cast<std::size_t>(place);
        return "the batch at #" + std::to_string(store::KeyReader(log.at(at).first).get<std::uint64_t>());
    }
    /// Changes the value of the entry at `place` (counted from the end where negative).
    template <class F> void change(Family family, int place, F&& f) {
        auto const all = entries(family);
        ASSERT_FALSE(all.empty());
        auto const at = place < 0 ? all.size() - static_cast<std::size_t>(-place) : static_cast<std::size_t>(place);
        std::string value = all.at(at).second;
        f(value);
        put(family, all.at(at).first, value);
    }

private:
    [[nodiscard]] store::Database& database() const { return store_->database(); }
    std::unique_ptr<store::Store> store_;
};

/// A ledger with two checkpoints, a whole history epoch and a tail; one log for all tests.
class Verified : public testing::Test {
protected:
    Verified() {
        copy_ledger(whole().path(), ledger_.path());
    }
    [[nodiscard]] static TemporaryLedger const& whole() {
        static TemporaryLedger const ledger;
        static bool const told = [] {
            auto engine = ledger.open(in_batches_of(200));
            Story story(3);
            story.lives(2'000).ticks(store::epoch_events + 100).lives(store::epoch_events + 1'000);
            story.for_groups([&](auto group) {
                static_cast<void>(must(engine->submit(group)));
                std::uint64_t const sequence = engine->book().sequence();
                bool const is_due = sequence / 1'000 != (sequence - group.size()) / 1'000;
                if (is_due && (sequence < 2'000 || sequence > store::epoch_events)) must(engine->checkpoint());
            });
            must(engine->close());
            return true;
        }();
        EXPECT_TRUE(told);
        return ledger;
    }
    /// Damage done by `f`, which says where, is what the first finding says.
    template <class F> void expect_found(std::string const& what, F&& f) {
        std::string where;
        {
            Hands hands(ledger_.path());
            where = f(hands);
        }
        VerifyReport const report = verified(ledger_.path());
        ASSERT_FALSE(report.findings.empty());
        EXPECT_THAT(report.findings.front().what, HasSubstr(what)) << text_of(report);
        EXPECT_THAT(report.findings.front().where, HasSubstr(where)) << text_of(report);
    }
    TemporaryLedger ledger_;
};

TEST_F(Verified, FindsNothingInACleanLedger) {
    std::uint64_t told = 0;
    std::uint64_t of = 0;
    VerifyReport const report = must(verify(ledger_.path(), [&](std::uint64_t events, std::uint64_t all) {
        EXPECT_GT(events, told);
        told = events;
        of = all;
    }));
    EXPECT_EQ(text_of(report), "");
    auto const reader = ledger_.read();
    EXPECT_EQ(report.events, reader->log_size());
    EXPECT_EQ(told, reader->log_size());
    EXPECT_EQ(of, reader->log_size());
    EXPECT_EQ(report.log_root, reader->log_root());
    EXPECT_EQ(report.state_root, must(reader->at(reader->log_size())).basis.state_root);
    EXPECT_GE(report.checkpoints, 2U);
    EXPECT_GT(report.pages, report.checkpoints);
    EXPECT_EQ(report.history_epochs, 1U);
    EXPECT_GT(report.index_entries, report.batches);
}

TEST_F(Verified, FindsNothingInAnEmptyLedger) {
    TemporaryLedger empty;
    VerifyReport const report = verified(empty.path());
    EXPECT_EQ(text_of(report), "");
    EXPECT_EQ(report.events, 0U);
}

TEST_F(Verified, FindsNothingAfterMoreIsWritten) {
    {
        auto engine = ledger_.open(in_batches_of(7, 1'000));
        Story more(9);
        AccountOpened account;
        account.name = "newcomer";
        static_cast<void>(must(engine->submit({Origin{}, rare(account)})));
        for (std::uint64_t i = 0; i < 2'000; ++i) {
            Observed fact;
            make(fact);
            fact.value = Price{static_cast<Int128>(i)};
            static_cast<void>(must(engine->submit({Origin{}, fact})));
        }
        must(engine->close());
    }
    EXPECT_EQ(text_of(verified(ledger_.path())), "");
}

// ---- the log ----

TEST_F(Verified, FindsAFlippedByteInAPayload) {
    // Anywhere in a batch: its hash is named by the next one, where it does not fail sooner.
    auto const sizes = [&] {
        Hands hands(ledger_.path());
        return hands.entries(Family::log).at(3).second.size();
    }();
    constexpr std::uint64_t seed = 41;
    Random random(seed);
    for (int i = 0; i < 15; ++i) {
        std::size_t const at = random.below(sizes);
        std::string was;
        {
            Hands hands(ledger_.path());
            hands.change(Family::log, 3, [&](std::string& value) {
                was = value;
                value[at] = static_cast<char>(value[at] ^ (1 << random.below(8)));
            });
        }
        VerifyReport const report = verified(ledger_.path());
        EXPECT_FALSE(report.findings.empty()) << "byte " << at << ", seed " << seed;
        Hands hands(ledger_.path());
        hands.change(Family::log, 3, [&](std::string& value) { value = was; });
    }
    EXPECT_EQ(text_of(verified(ledger_.path())), "");
}

TEST_F(Verified, FindsAFlippedByteInTheLastBatch) {
    // No later batch names it: its indexes, its checkpoint or its events must tell.
    for (std::size_t const from_end : {1U, 40U, 200U}) {
        std::string was;
        Hands(ledger_.path()).change(Family::log, -1, [&](std::string& value) {
            was = value;
            char& byte = value[value.size() - from_end];
            byte = static_cast<char>(byte ^ 0x10);
        });
        auto const verdict = verify(ledger_.path(), [](std::uint64_t, std::uint64_t) {});
        ASSERT_TRUE(verdict) << verdict.error().message();
        Hands(ledger_.path()).change(Family::log, -1, [&](std::string& value) { value = was; });
        // Bytes between fields may be padding that says nothing; then the root of the log still differs.
        EXPECT_TRUE(!verdict.value().findings.empty() || verdict.value().log_root != verified(ledger_.path()).log_root);
    }
}

TEST_F(Verified, FindsALastBatchThatIsNone) {
    expect_found("these bytes are not a batch of events", [](Hands& hands) {
        hands.change(Family::log, -1, [](std::string& value) { value.resize(value.size() / 2); });
        return hands.place_of(-1);
    });
}

/// A batch of the log made anew, sound in itself.
template <class F> void remake(std::string& value, F&& f) {
    AlignedBytes const bytes(bytes_of(std::string_view(value)));
    BatchView const view = must(BatchView::open(bytes.view()));
    BatchHeader header = view.header();
    std::vector<Event> events = view.events();
    f(header, events);
    BatchBuilder builder;
    for (Event const& event : events) builder.add(event.origin, event.body);
    value = builder.finish(header);
}

TEST_F(Verified, FindsAnotherPreviousHash) {
    expect_found("a batch does not name the batch before it by its hash", [](Hands& hands) {
        hands.change(Family::log, 2, [](std::string& value) {
            remake(value, [](BatchHeader& header, auto&) { header.previous[0] ^= 1; });
        });
        return hands.place_of(2);
    });
}

TEST_F(Verified, FindsAnotherNumberByTheNextBatch) {
    expect_found("a batch does not name the batch before it by its hash", [](Hands& hands) {
        hands.change(Family::log, 20, [](std::string& value) {
            remake(value, [](auto&, std::vector<Event>& events) {
                events.at(7).origin.record ^= 1; // which no row keeps
            });
        });
        return hands.place_of(21);
    });
}

TEST_F(Verified, FindsSwappedBatches) {
    expect_found("a batch does not follow the one before", [](Hands& hands) {
        auto const log = hands.entries(Family::log);
        hands.put(Family::log, log[2].first, log[3].second);
        hands.put(Family::log, log[3].first, log[2].second);
        return hands.place_of(2);
    });
}

TEST_F(Verified, FindsARemovedBatch) {
    for (int const place : {0, 5}) {
        std::pair<std::string, std::string> batch;
        expect_found("a batch does not follow the one before", [&](Hands& hands) {
            std::string const next = hands.place_of(place + 1);
            batch = hands.entries(Family::log).at(static_cast<std::size_t>(place));
            hands.remove(Family::log, batch.first);
            return next;
        });
        Hands(ledger_.path()).put(Family::log, batch.first, batch.second);
    }
}

TEST_F(Verified, FindsARemovedLastBatch) {
    expect_found("an index has entries that the log does not explain", [](Hands& hands) {
        hands.remove(Family::log, hands.entries(Family::log).back().first);
        return std::string("times: ");
    });
}

TEST_F(Verified, FindsABatchOfANewerSchema) {
    expect_found("this ledger was written by a newer Plimsoll", [](Hands& hands) {
        hands.change(Family::log, 4, [](std::string& value) {
            auto* batch = flatbuffers::GetMutableRoot<flatbuffers::Table>(value.data());
            ASSERT_TRUE(batch->SetField<std::uint16_t>(wire::Batch::VT_SCHEMA, schema_version + 1, 0));
        });
        return hands.place_of(4);
    });
}

/// The last batch made anew, where no other batch names it: only the rules can tell.
TEST_F(Verified, FindsAnEventThatTheRulesRefuse) {
    expect_found("both sides are the same account", [](Hands& hands) {
        hands.change(Family::log, -1, [](std::string& value) {
            remake(value, [](auto&, std::vector<Event>& events) {
                Transferred fact;
                make(fact);
                fact.counter = fact.account;
                events.back() = {Origin{}, fact};
            });
        });
        return std::string("event #");
    });
}

TEST_F(Verified, FindsAnotherTimeAtABatchsBeginning) {
    expect_found("a batch begins at another ledger time", [](Hands& hands) {
        hands.change(Family::log, -1, [](std::string& value) {
            remake(value, [](BatchHeader& header, auto&) { ++header.time; });
        });
        return hands.place_of(-1);
    });
}

/// Opening and asking read the tail with the same eyes.
TEST_F(Verified, ABrokenTailIsNeitherOpenedNorRead) {
    struct Row {
        char const* name;
        void (*damage)(Hands&);
        bool (*is_it)(Error const&);
    };
    auto const last = [](Hands& hands) { return static_cast<int>(hands.entries(Family::log).size()) - 1; };
    for (Row const& row : {
             Row{"another previous hash",
                 [](Hands& hands) {
                     hands.change(Family::log, -1, [](std::string& value) {
                         remake(value, [](BatchHeader& header, auto&) { header.previous[0] ^= 1; });
                     });
                 },
                 [](Error const& error) { return error.is(Errc::chain_broken); }},
             Row{"a batch removed", [](Hands& hands) { hands.remove(Family::log, hands.entries(Family::log).rbegin()[1].first); },
                 [](Error const& error) { return error.is(Errc::sequence_gap); }},
             Row{"half a batch",
                 [](Hands& hands) { hands.change(Family::log, -1, [](std::string& value) { value.resize(value.size() / 2); }); },
                 [](Error const& error) { return error.is(event::Errc::bytes_not_a_batch); }},
         }) {
        copy_ledger(whole().path(), ledger_.path());
        forget_witness(ledger_.path());
        {
            auto engine = ledger_.open(in_batches_of(10));
            for (int i = 0; i < 30; ++i) {
                Observed fact;
                make(fact);
                static_cast<void>(must(engine->submit({Origin{}, fact})));
            }
            must(engine->commit());
        }
        {
            Hands hands(ledger_.path());
            ASSERT_GT(last(hands), 3);
            row.damage(hands);
        }
        auto const opened = Engine::open(ledger_.path());
        ASSERT_FALSE(opened) << row.name;
        EXPECT_TRUE(row.is_it(opened.error())) << row.name << ": " << opened.error().message();
        EXPECT_EQ(opened.error().status(), Status::damaged);
        auto const reader = Reader::open(ledger_.path());
        if (!reader) {
            EXPECT_TRUE(row.is_it(reader.error())) << row.name << ": " << reader.error().message();
            continue;
        }
        auto const moment = reader.value()->at(reader.value()->log_size());
        ASSERT_FALSE(moment) << row.name;
        EXPECT_TRUE(row.is_it(moment.error())) << row.name << ": " << moment.error().message();
    }
}

// ---- what is derived ----

struct Derived {
    char const* name;
    Family family;
    char const* what;
    char const* where;
};
class DerivedFamily : public Verified, public testing::WithParamInterface<Derived> {};

TEST_P(DerivedFamily, IsComparedEntryByEntry) {
    Derived const& row = GetParam();
    auto found = [&](std::string const& damage) {
        VerifyReport const report = verified(ledger_.path());
        EXPECT_THAT(text_of(report), HasSubstr(row.what)) << damage;
        EXPECT_THAT(text_of(report), HasSubstr(row.where)) << damage;
    };
    auto const all = Hands(ledger_.path()).entries(row.family);
    ASSERT_GT(all.size(), 2U);
    auto const& [key, value] = all[all.size() / 2];
    if (!value.empty()) {
        std::string other = value;
        other.back() = static_cast<char>(other.back() ^ 1);
        Hands(ledger_.path()).put(row.family, key, other);
        found("altered");
        Hands(ledger_.path()).put(row.family, key, value);
    }
    Hands(ledger_.path()).remove(row.family, key);
    found("removed");
    Hands(ledger_.path()).put(row.family, key, value);
    EXPECT_EQ(text_of(verified(ledger_.path())), "") << "and put back";
}

INSTANTIATE_TEST_SUITE_P(Each, DerivedFamily,
                         testing::Values(Derived{"Times", Family::times, "an index differs from the log", "the time index, #"},
                                         Derived{"Records", Family::records, "an index differs from the log", "the record index, #"},
                                         Derived{"Names", Family::names, "an index differs from the log", "account "},
                                         Derived{"Pages", Family::pages, "", "checkpoint #"},
                                         Derived{"History", Family::history, "the history index differs from the log", "epoch 0"}),
                         [](auto const& row) { return std::string(row.param.name); });

TEST_F(Verified, FindsEntriesThatNobodyWrote) {
    struct Row {
        Family family;
        std::string key, value, where;
    };
    for (Row const& row : {Row{Family::times, store::time_key(7, 7), "", "times: "},
                           Row{Family::records, store::record_key(9, {1, 1}), store::sequence_key(1), "records: "},
                           Row{Family::names, "ghost", std::string(4, '\1'), "names: "},
                           Row{Family::history, store::history_key(5, 1), "\1", "6 epochs"},
                           Row{Family::history, store::history_key(0, 0x7FFF'0000), "\1", "epoch 0"}}) {
        Hands(ledger_.path()).put(row.family, row.key, row.value);
        EXPECT_THAT(text_of(verified(ledger_.path())), HasSubstr(row.where));
        Hands(ledger_.path()).remove(row.family, row.key);
    }
    EXPECT_EQ(text_of(verified(ledger_.path())), "");
}

TEST_F(Verified, FindsEveryDamageToAManifest) {
    struct Row {
        char const* name;
        void (*damage)(store::Manifest&);
        char const* what;
    };
    std::uint64_t const sequence = store::KeyReader(Hands(ledger_.path()).entries(Family::checkpoints).at(1).first).get<std::uint64_t>();
    std::string const value = Hands(ledger_.path()).entries(Family::checkpoints).at(1).second;
    auto const where = "checkpoint #" + std::to_string(sequence);
    for (Row const& row : {
             Row{"time", [](store::Manifest& m) { ++m.time; }, "a checkpoint differs from what the log adds up to"},
             Row{"sequence", [](store::Manifest& m) { --m.sequence; }, "a checkpoint differs from what the log adds up to"},
             Row{"log root", [](store::Manifest& m) { m.log_root[5] ^= 1; }, "a checkpoint differs from what the log adds up to"},
             Row{"state root", [](store::Manifest& m) { m.state_root[5] ^= 1; }, "damaged"},
             Row{"rows", [](store::Manifest& m) { ++m.tables[7].rows; }, "damaged"},
             Row{"page hash", [](store::Manifest& m) { m.tables[7].pages.at(0).hash[0] ^= 1; }, "damaged"},
             Row{"page version", [](store::Manifest& m) { m.tables[7].pages.at(0).sequence += 1; }, "damaged"},
             Row{"all of it, and consistent",
                 [](store::Manifest& m) {
                     m.tables[7].pages.at(0).hash[0] ^= 1;
                     m.state_root = m.root_of_pages();
                 },
                 "a checkpoint differs from what the log adds up to"},
         }) {
        store::Manifest manifest = must(store::Manifest::decode(value));
        row.damage(manifest);
        Hands(ledger_.path()).put(Family::checkpoints, store::sequence_key(sequence), manifest.encode());
        VerifyReport const report = verified(ledger_.path());
        ASSERT_FALSE(report.findings.empty()) << row.name;
        EXPECT_THAT(report.findings.front().what, HasSubstr(row.what)) << row.name;
        EXPECT_THAT(report.findings.front().where, HasSubstr(where)) << row.name;
    }
    for (std::string const& bytes : {value.substr(0, value.size() - 1), value + '\0', std::string(), std::string(8, '\0')}) {
        Hands(ledger_.path()).put(Family::checkpoints, store::sequence_key(sequence), bytes);
        EXPECT_THAT(text_of(verified(ledger_.path())), HasSubstr("a checkpoint's manifest cannot be read"));
    }
    Hands(ledger_.path()).put(Family::checkpoints, store::sequence_key(sequence), value);
    EXPECT_EQ(text_of(verified(ledger_.path())), "");
}

TEST_F(Verified, FindsACheckpointOutOfPlace) {
    for (std::uint64_t const sequence : {std::uint64_t{70'000'000}, std::uint64_t{1'001}}) {
        std::string const value = Hands(ledger_.path()).entries(Family::checkpoints).front().second;
        Hands(ledger_.path()).put(Family::checkpoints, store::sequence_key(sequence), value);
        EXPECT_THAT(text_of(verified(ledger_.path())),
                    HasSubstr("a checkpoint lies past the log or inside a batch | #" + std::to_string(sequence)));
        Hands(ledger_.path()).remove(Family::checkpoints, store::sequence_key(sequence));
    }
}

// ---- on disk ----

TEST_F(Verified, FindsAFlippedByteInATableFile) {
    { auto const engine = ledger_.open(); } // what lay in the write-ahead log moves into table files
    constexpr std::uint64_t seed = 97;
    Random random(seed);
    int refused = 0;
    int found = 0;
    std::vector<std::filesystem::path> tables;
    for (auto const& entry : std::filesystem::directory_iterator(ledger_.path() / "db")) {
        if (entry.path().extension() == ".sst") tables.push_back(entry.path());
    }
    std::ranges::sort(tables);
    ASSERT_FALSE(tables.empty());
    for (auto const& path : tables) {
        std::string const was = file_bytes(path);
        for (int i = 0; i < 3; ++i) {
            std::string other = was;
            std::size_t const at = random.below(was.size());
            other[at] = static_cast<char>(other[at] ^ (1 << random.below(8)));
            write_file(path, other);
            auto const verdict = verify(ledger_.path(), [](std::uint64_t, std::uint64_t) {});
            if (!verdict) {
                ++refused;
                EXPECT_EQ(verdict.error().status(), Status::damaged) << verdict.error().message();
            } else {
                ++found;
                EXPECT_FALSE(verdict.value().findings.empty())
                    << path.filename() << " byte " << at << " of " << was.size() << ", seed " << seed;
            }
        }
        write_file(path, was);
    }
    RecordProperty("flips_found", found);
    RecordProperty("flips_refused_on_opening", refused);
    EXPECT_EQ(text_of(verified(ledger_.path())), "") << "and put back";
}

TEST_F(Verified, CannotReadWhatIsNoLedger) {
    TemporaryDirectory directory;
    auto const verdict = verify(directory.path(), [](std::uint64_t, std::uint64_t) {});
    ASSERT_FALSE(verdict);
    EXPECT_TRUE(verdict.error().is(store::Errc::not_a_ledger));
}

} // namespace
} // namespace plimsoll::replay
