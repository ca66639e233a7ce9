/// Moments beside a replay from the first event.
#include "tests/bench/rivals/ledgers.hpp"

#include "ledger/store/store.hpp"
#include "replay/catch_up.hpp"
#include "replay/moment.hpp"

namespace plimsoll::bench {
namespace {

class Draw {
public:
    [[nodiscard]] std::uint64_t below(std::uint64_t limit) {
        state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state_ >> 20) % limit;
    }

private:
    std::uint64_t state_ = 7;
};

[[nodiscard]] double replay_time(store::Store const& store, std::uint64_t sequence) {
    book::Book book;
    return seconds([&] { need(replay::replay_log(store, book, sequence, nullptr, {})); });
}

} // namespace

void bench_as_of_account(Setting const& setting) {
    std::filesystem::path const directory = shared_ledger(setting);
    auto const reader = std::move(need(replay::Reader::open(directory)).value());
    auto const store = std::move(need(store::Store::open_reader(directory)).value());
    std::uint64_t const defined = setting.accounts + 100;
    Draw draw;
    std::vector<double> times;
    for (int i = 0; i < 2'000; ++i) {
        std::uint64_t const sequence = defined + draw.below(reader->log_size() - defined);
        // As the workload picks them: half of the questions go to the busy hundredth.
        std::uint64_t const account = draw.below(i % 2 == 0 ? setting.accounts : setting.accounts / 100);
        std::string const name = "c" + std::to_string(account);
        times.push_back(seconds([&] { need(reader->account_at(name, sequence)); }) * 1e3);
    }
    double const rival = replay_time(*store, reader->log_size() / 2) * 1e3;
    print({"as_of_account_p99", "ms", quantile(times, 0.99), "replay from the first event to the middle", rival,
           rival / quantile(times, 0.99)},
          {{"p50_ms", quantile(times, 0.5)}, {"max_ms", quantile(times, 1)}, {"questions", 2'000}});
}

void bench_as_of_book(Setting const& setting) {
    std::filesystem::path const directory = shared_ledger(setting);
    auto const store = std::move(need(store::Store::open_reader(directory)).value());
    std::uint64_t const events = need(store->head()).value().sequence;
    Draw draw;
    std::vector<double> times;
    for (int i = 0; i < 21; ++i) {
        std::uint64_t const sequence = events / 2 + draw.below(events / 2);
        times.push_back(seconds([&] { need(replay::catch_up(*store, sequence)); }));
    }
    std::vector<double> replays;
    for (int round = 0; round < setting.rounds; ++round) replays.push_back(replay_time(*store, events * 3 / 4));
    print({"as_of_book", "s", median(times), "replay from the first event, two threads", median(replays),
           median(replays) / median(times)},
          {{"max_s", quantile(times, 1)}, {"accounts", static_cast<double>(setting.accounts)}});
}

/// All events of one account, by the history index, beside a raw scan of the log.
void bench_history(Setting const& setting) {
    std::filesystem::path const directory = shared_ledger(setting);
    auto const reader = std::move(need(replay::Reader::open(directory)).value());
    auto const store = std::move(need(store::Store::open_reader(directory)).value());
    Draw draw;
    std::vector<double> times;
    for (int i = 0; i < 20; ++i) {
        AccountId const account{Workload::first_customer + static_cast<std::uint32_t>(draw.below(setting.accounts))};
        times.push_back(seconds([&] {
            need(reader->for_account_events(account, 1, reader->log_size(),
                                            [](std::uint64_t, Event const&) { return true; }));
        }) * 1e3);
    }
    std::size_t bytes = 0;
    double const rival = seconds([&] {
        for (auto scan = store->scan(1); !scan->done(); scan->next()) bytes += scan->bytes().size();
    }) * 1e3;
    print({"account_history", "ms", median(times), "raw RocksDB scan of the whole log", rival, rival / median(times)},
          {{"max_ms", quantile(times, 1)}});
}

} // namespace plimsoll::bench
