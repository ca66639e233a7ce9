/// A ledger and its head witness, for people: what was promised, what is there, and taking a ledger as it is.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/store/marker.hpp"
#include "replay/errc.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace plimsoll::replay {

/// What both sides say. `verdict` is nothing where they agree.
struct WitnessReport {
    store::Marker marker;
    std::filesystem::path file;
    std::uint64_t sequence = 0; ///< where the log ends
    Hash log_root{};
    bool is_read = false; ///< the witness: the fields below are what it says
    std::uint64_t promised_sequence = 0;
    Hash promised_root{};
    std::uint64_t checkpoint = 0;
    Hash state_root{};
    std::uint64_t counter = 0;
    std::optional<Error> verdict;
};

/// Reads both, changes nothing. Errors: store::Errc where the ledger itself cannot be read.
[[nodiscard]] result<WitnessReport> look_at_witness(std::filesystem::path const& directory);

/// Takes the ledger as it is: a new id, and a witness that promises what is there. Where that gives up
/// acknowledged events, only with `give_up`. Returns what was before. `setting`: nothing keeps the one in force.
/// Errors: store::Errc, history_missing and history_differs without `give_up`.
[[nodiscard]] result<WitnessReport> accept_witness(std::filesystem::path const& directory,
                                                   std::optional<store::WitnessSetting> const& setting, bool give_up);

/// Who hears, in a sentence for people, what opening a ledger had to do; hardly ever called.
void tell_openings_to(std::function<void(std::string const&)> listener);

} // namespace plimsoll::replay
