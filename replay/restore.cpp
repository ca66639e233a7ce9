#include "ledger/store/witness.hpp"
#include "replay/backup.hpp"

#include <system_error>

namespace plimsoll::replay {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] std::string number(std::uint64_t sequence) { return "#" + std::to_string(sequence); }

/// A directory that was lost may have left its witness: then it is known how far its log was promised.
[[nodiscard]] result<std::uint64_t> given_up_events(fs::path const& file, BackupManifest const& manifest, Rebuild const& rebuild,
                                                    bool give_up) {
    auto const promise = store::Witness::read(file);
    if (!promise || promise.value().ledger != manifest.ledger) return std::uint64_t{0}; // nobody's that is known
    std::uint64_t const promised = promise.value().sequence;
    std::string const by = " (by " + file.string() + ")";
    if (promised > manifest.events) {
        if (!give_up) {
            return fail(store::Errc::history_missing, "the backup has " + number(manifest.events) + ", promised " + number(promised) + by +
                                                          "; a newer backup, or --give-up");
        }
        return promised - manifest.events;
    }
    auto const root = rebuild.root_at(promised);
    if (root != promise.value().log_root && !give_up) {
        return fail(store::Errc::history_differs, "the batch that ends at " + number(promised) + " has hash " +
                                                      (root ? to_hex(*root) : "none") + " in the backup, promised " +
                                                      to_hex(promise.value().log_root) + by);
    }
    return std::uint64_t{0};
}

[[nodiscard]] result<void> take_batches(Rebuild& rebuild, fs::path const& backup, BackupManifest const& manifest,
                                        Progressing const& progress) {
    store::BatchFiles batches = batches_of(backup, manifest);
    while (rebuild.sequence() < manifest.events) {
        auto found = batches.find(rebuild.sequence() + 1);
        if (found.empty() || !rebuild.fits(bytes_of(std::string_view(found.front())))) {
            return fail(Errc::backup_damaged, backup.string() + ": no batch continues event " + number(rebuild.sequence()));
        }
        PLIMSOLL_TRYV(rebuild.append(std::move(found.front())));
        if (progress) progress(rebuild.sequence(), manifest.events);
    }
    return outcome::success();
}

} // namespace

result<RestoreReport> restore(fs::path const& backup, fs::path const& directory, std::optional<store::WitnessSetting> const& setting,
                              bool give_up, Progressing const& progress) {
    PLIMSOLL_TRY(manifest, read_manifest(backup));
    PLIMSOLL_TRYV(check_absent(directory));
    PLIMSOLL_TRYV(check_files(backup, manifest, {}));
    PLIMSOLL_TRY(rebuild, Rebuild::begin(directory));
    PLIMSOLL_TRYV(take_batches(rebuild, backup, manifest, progress));
    RestoreReport report;
    store::Marker marker;
    marker.id = store::fresh_ledger_id();
    marker.witness = setting.value_or(manifest.witness);
    fs::path const witness = store::witness_file(directory, marker.witness);
    PLIMSOLL_TRY(given_up, given_up_events(witness, manifest, rebuild, give_up));
    report.given_up = given_up;
    PLIMSOLL_TRY(built, rebuild.finish());
    report.built = built;
    if (built.events != manifest.events || built.log_root != manifest.log_root || built.state_root != manifest.state_root) {
        return fail(Errc::backup_damaged, backup.string() + ": its log gives " + number(built.events) + ", log root " +
                                              to_hex(built.log_root) + ", state root " + to_hex(built.state_root) + "; it says " +
                                              number(manifest.events) + ", " + to_hex(manifest.log_root) + ", " +
                                              to_hex(manifest.state_root));
    }
    for (char const* folder : {"signed/", "tiles/"}) {
        PLIMSOLL_TRYV(copy_files(backup, manifest, folder, rebuild.folder()));
    }
    PLIMSOLL_TRYV(sync_folder(rebuild.folder()));
    if (marker.witness.mode != store::WitnessMode::none) {
        store::Promise promise;
        promise.ledger = marker.id;
        promise.sequence = built.events;
        promise.log_root = built.log_root;
        promise.checkpoint = built.events;
        promise.state_root = built.state_root;
        PLIMSOLL_TRYV(store::Witness::create(witness, promise));
        report.witness = witness;
    }
    PLIMSOLL_TRYV(rebuild.put_in_place(marker, {}));
    report.manifest = std::move(manifest);
    return report;
}

} // namespace plimsoll::replay
