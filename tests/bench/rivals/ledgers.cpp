#include "tests/bench/rivals/ledgers.hpp"

namespace plimsoll::bench {

std::unique_ptr<replay::Engine> open_defined(std::filesystem::path const& directory, Workload const& workload,
                                             Setting const& setting, replay::EngineOptions const& options) {
    std::filesystem::remove_all(directory);
    need(replay::Engine::create(directory, need(store::WitnessSetting::parse(setting.witness, "")).value()));
    auto engine = std::move(need(replay::Engine::open(directory, options)).value());
    for (Event const& event : workload.definitions()) need(engine->submit(event));
    need(engine->commit());
    return engine;
}

std::filesystem::path shared_ledger(Setting const& setting) {
    std::filesystem::path const directory = setting.directory / "day";
    if (std::filesystem::exists(directory)) return directory;
    Workload workload(setting.accounts);
    auto engine = open_defined(directory, workload, setting);
    while (engine->book().sequence() < setting.events) need(engine->submit(workload.next()));
    need(engine->close());
    return directory;
}

} // namespace plimsoll::bench
