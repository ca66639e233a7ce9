/// Importing a chain's saved blocks, proved, decoded and booked on one core, beside reading their JSON alone.
#include "tests/bench/rivals/ledgers.hpp"
#include "tests/tools/chain/vault_sample.hpp"
#include "tools/chain/chain_file.hpp"
#include "tools/import/evm_json.hpp"

#include <sys/resource.h>

#include <fstream>

namespace plimsoll::bench {
namespace {

using namespace tools::chain;

struct SavedChain {
    std::uint64_t logs = 0; ///< of the vault
    std::uint64_t receipts = 0;
    std::uint64_t megabytes = 0;
};

/// Blocks of 200 transactions: seven in ten trades, two prices, one a deposit with its token's transfer.
[[nodiscard]] SavedChain save_vault(std::filesystem::path const& path, std::uint64_t logs) {
    constexpr std::size_t transactions_per_block = 200;
    ChainMaker chain;
    SavedChain saved;
    std::ofstream out(path, std::ios::binary);
    out << chain.head_line();
    std::uint64_t state = 42;
    auto const random = [&](std::uint64_t below) {
        state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
        return (state >> 33) % below;
    };
    while (saved.logs < logs) {
        std::vector<std::vector<Log>> transactions;
        for (std::size_t i = 0; i < transactions_per_block; ++i, ++saved.logs) {
            auto const who = static_cast<std::uint8_t>(1 + random(100));
            auto const other = static_cast<std::uint8_t>(101 + random(100));
            auto const kind = random(10);
            auto const market = Int128{random(4)};
            auto const price = static_cast<Int128>(1'000 + random(1'000)) * one_units;
            if (kind < 7) {
                transactions.push_back({traded(who, other, market, static_cast<Int128>(1 + random(50)) * one_units / 1'000, price, 7, 9)});
            } else if (kind < 9) {
                transactions.push_back({price_posted(market, price)});
            } else {
                Int128 const amount = static_cast<Int128>(1 + random(1'000'000));
                transactions.push_back({token_moved(who, 0xaa, amount), deposited(who, amount)});
            }
        }
        out << chain.line(chain.add(std::move(transactions)));
        saved.receipts += transactions_per_block;
    }
    out.close();
    saved.megabytes = std::filesystem::file_size(path) / 1'000'000;
    return saved;
}

/// Of all threads of this process, so that neighbours on the machine do not count.
[[nodiscard]] double processor_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const of = [](timeval const& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

} // namespace

void bench_chain(Setting const& setting) {
    std::filesystem::path const file = setting.directory / "chain.jsonl";
    SavedChain const saved = save_vault(file, std::min<std::uint64_t>(setting.events, 200'000));
    std::vector<double> ours;
    std::vector<double> busy;
    std::vector<double> json;
    for (int round = 0; round < setting.rounds; ++round) {
        std::filesystem::path const target = setting.directory / "chain_target";
        std::filesystem::remove_all(target);
        need(replay::Engine::create(target));
        auto engine = std::move(need(replay::Engine::open(target)).value());
        double const before = processor_seconds();
        ours.push_back(seconds([&] {
            need(tools::import_evm_json(*engine, file, vault_options()));
            need(engine->commit());
        }));
        busy.push_back(processor_seconds() - before);
        need(engine->close());
        json.push_back(seconds([&] {
            auto lines = std::move(need(tools::LineReader::open(file)).value());
            simdjson::dom::parser parser;
            while (auto const line = need(lines.next()).value()) {
                if (parser.parse(line->data(), line->size()).error() != simdjson::SUCCESS) die("the file is no JSON");
            }
        }));
    }
    double const rate = static_cast<double>(saved.logs) / median(ours);
    double const rival = static_cast<double>(saved.logs) / median(json);
    print({"import_chain_saved", "logs/s", rate, "simdjson over the same file, nothing proved or booked", rival, rate / rival},
          {{"processor_logs_per_second", static_cast<double>(saved.logs) / median(busy)},
           {"logs", static_cast<double>(saved.logs)},
           {"receipts", static_cast<double>(saved.receipts)},
           {"megabytes", static_cast<double>(saved.megabytes)},
           {"megabytes_per_second", static_cast<double>(saved.megabytes) / median(ours)}});
}

} // namespace plimsoll::bench
