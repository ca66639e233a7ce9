/// A proof for one event, made from tiles and checked: in a ledger of 20,000 events, or in the one that
/// PLIMSOLL_PROOF_LEDGER names, which must have its tree (plimsoll tree DIR).
#include "replay/event_tree.hpp"
#include "tests/replay/temporary_ledger.hpp"
#include "tools/proof/check.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace plimsoll::bench {
namespace {

using testing_aid::must;

/// A ledger of prices, where none was named.
class Setting {
public:
    Setting() : key_(must(tools::SigningKey::fresh("bench"))) {
        char const* const named = std::getenv("PLIMSOLL_PROOF_LEDGER");
        if (named == nullptr) fill();
        path_ = named == nullptr ? small_.path() : std::filesystem::path(named);
        replay::EventTree tree = must(replay::EventTree::open(path_));
        must(tree.grow());
        says_ = {"bench", tree.size(), tree.root(), std::nullopt, std::nullopt};
        note_ = tools::signed_note(says_.text(), key_);
    }
    [[nodiscard]] std::filesystem::path const& path() const { return path_; }
    [[nodiscard]] std::uint64_t size() const { return says_.size; }
    [[nodiscard]] std::string const& note() const { return note_; }
    [[nodiscard]] tools::VerifierKey const& key() const { return key_.verifier(); }

private:
    void fill() const {
        auto engine = small_.open();
        AssetDefined asset;
        asset.name = "USD";
        static_cast<void>(must(engine->submit(Event{Origin{}, rare(asset)})));
        std::vector<Event> prices;
        for (int i = 1; i <= 20'000; ++i) {
            Observed price;
            price.subject = 1;
            price.kind = Observation::asset_price;
            price.value = Price::whole(i);
            prices.push_back({Origin{}, price});
        }
        static_cast<void>(must(engine->submit(prices)));
        must(engine->close());
    }

    testing_aid::TemporaryLedger small_;
    tools::SigningKey key_;
    std::filesystem::path path_;
    tools::CheckpointNote says_;
    std::string note_;
};

[[nodiscard]] Setting const& setting() {
    static Setting const only;
    return only;
}

[[nodiscard]] std::string prove(replay::EventTree const& tree, std::uint64_t sequence) {
    tools::EventProof proof{sequence, must(tree.entry(sequence)), must(tree.inclusion_path(sequence, setting().size()))};
    return tools::ProofFile{setting().note(), std::move(proof)}.to_json();
}

/// The ledger stays open; each proof reads its tiles anew, of another event.
void make_event_proof(benchmark::State& state) {
    replay::EventTree const tree = must(replay::EventTree::open(setting().path()));
    std::uint64_t sequence = 1;
    for (auto _ : state) {
        sequence = (sequence * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL);
        benchmark::DoNotOptimize(prove(tree, sequence % tree.size() + 1));
    }
}
BENCHMARK(make_event_proof)->Unit(benchmark::kMicrosecond);

/// As a program that is started for it: the ledger is opened too.
void open_and_make_event_proof(benchmark::State& state) {
    for (auto _ : state) {
        replay::EventTree const tree = must(replay::EventTree::open(setting().path()));
        benchmark::DoNotOptimize(prove(tree, tree.size() / 2));
    }
}
BENCHMARK(open_and_make_event_proof)->Unit(benchmark::kMicrosecond);

void check_event_proof(benchmark::State& state) {
    replay::EventTree const tree = must(replay::EventTree::open(setting().path()));
    std::string const text = prove(tree, tree.size() / 2);
    for (auto _ : state) {
        tools::ProofFile const file = must(tools::ProofFile::parse(text));
        tools::CheckpointNote const note = must(tools::check_note(file.checkpoint, setting().key()));
        auto const verdict = tools::check_claim(std::get<tools::EventProof>(file.claim), note);
        if (!verdict) state.SkipWithError(verdict.error().message().c_str());
    }
}
BENCHMARK(check_event_proof)->Unit(benchmark::kMicrosecond);

} // namespace
} // namespace plimsoll::bench
