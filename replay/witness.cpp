#include "replay/witness.hpp"

#include "ledger/store/store.hpp"
#include "ledger/store/witness.hpp"

namespace plimsoll::replay {

result<WitnessReport> look_at_witness(std::filesystem::path const& directory) {
    WitnessReport report;
    PLIMSOLL_TRY(store, store::Store::open_reader(directory, store::Trust::unchecked));
    report.marker = store->marker();
    report.file = store::witness_file(directory, report.marker.witness);
    PLIMSOLL_TRY(head, store->head());
    report.sequence = head.sequence;
    report.log_root = head.root;
    if (report.marker.witness.mode == store::WitnessMode::none) return report;
    auto const promise = store::Witness::read(report.file);
    if (promise) {
        report.is_read = true;
        report.promised_sequence = promise.value().sequence;
        report.promised_root = promise.value().log_root;
        report.checkpoint = promise.value().checkpoint;
        report.state_root = promise.value().state_root;
        report.counter = promise.value().counter;
    }
    auto const verdict = store->check_promise();
    if (!verdict) report.verdict = verdict.error();
    return report;
}

result<WitnessReport> accept_witness(std::filesystem::path const& directory, std::optional<store::WitnessSetting> const& setting,
                                     bool give_up) {
    PLIMSOLL_TRY(store, store::Store::open_writer(directory, store::Trust::unchecked));
    store.reset(); // nobody else had it open, and its log can be read
    PLIMSOLL_TRY(before, look_at_witness(directory));
    bool const gives_up = before.verdict && (before.verdict->is(store::Errc::history_missing) ||
                                             before.verdict->is(store::Errc::history_differs));
    if (gives_up && !give_up) return outcome::failure(*before.verdict);
    store::Marker marker = before.marker;
    if (setting) marker.witness = *setting;
    marker.id = store::fresh_ledger_id();
    if (marker.witness.mode != store::WitnessMode::none) {
        store::Promise promise;
        promise.ledger = marker.id;
        promise.sequence = before.sequence;
        promise.log_root = before.log_root;
        PLIMSOLL_TRYV(store::Witness::create(store::witness_file(directory, marker.witness), promise));
    }
    PLIMSOLL_TRYV(store::write_marker(directory, marker));
    return before;
}

void tell_openings_to(std::function<void(std::string const&)> listener) { store::tell_notes_to(std::move(listener)); }

} // namespace plimsoll::replay
