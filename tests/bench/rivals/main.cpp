/// plimsoll_rivals: measures whole jobs beside their rivals in one run, a line of JSON a figure.
#include "tests/bench/rivals/ledgers.hpp"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <array>

namespace {

using namespace plimsoll::bench;

struct Named {
    std::string_view name;
    void (*run)(Setting const&);
};
constexpr std::array benches{
    Named{"append", bench_append},     Named{"append-one", bench_append_one}, Named{"replay", bench_replay},
    Named{"as-of-account", bench_as_of_account}, Named{"as-of-book", bench_as_of_book}, Named{"history", bench_history},
    Named{"import", bench_import},     Named{"disk", bench_disk},             Named{"memory", bench_memory},
    Named{"clearing", bench_clearing}, Named{"chain", bench_chain},           Named{"verify", bench_verify},
    Named{"sql", print_sql},
};

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures whole jobs beside their rivals; one JSON object a line.");
    std::vector<std::string> names;
    Setting setting;
    bool quick = false;
    app.add_option("name", names, "which: append append-one replay as-of-account as-of-book history import disk memory clearing chain verify");
    app.add_option("--directory", setting.directory, "room for ledgers (about 5 GB)")->required();
    app.add_option("--events", setting.events, "events in the shared ledger");
    app.add_option("--accounts", setting.accounts, "accounts");
    app.add_option("--rounds", setting.rounds, "medians of so many");
    app.add_option("--witness", setting.witness, "of the ledgers: strict, batched:MS or none")->capture_default_str();
    app.add_flag("--quick", quick, "1,000,000 events over 50,000 accounts, 3 rounds");
    CLI11_PARSE(app, argc, argv);
    if (quick) {
        setting.events = 1'000'000;
        setting.accounts = 50'000;
        setting.rounds = 3;
    }
    std::filesystem::create_directories(setting.directory);
    if (names.empty()) {
        for (Named const& bench : benches) {
            if (bench.name != "sql") names.emplace_back(bench.name);
        }
    }
    for (std::string const& name : names) {
        bool known = false;
        for (Named const& bench : benches) {
            if (bench.name != name) continue;
            bench.run(setting);
            known = true;
        }
        if (!known) die("no benchmark is called " + name);
    }
    return 0;
}
