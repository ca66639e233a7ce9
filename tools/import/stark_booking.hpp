/// A decoded StarkEx update as events: prices, indices, opening entries, deposits and withdrawals.
#pragma once

#include "tools/import/definitions.hpp"
#include "tools/import/importer.hpp"
#include "tools/import/stark_opening.hpp"

#include <map>
#include <span>

namespace plimsoll::tools {

/// Submits each part of an update as one record. The engine must outlive this.
class StarkBooking {
public:
    StarkBooking(replay::Engine& engine, StarkUpdate const& update, ImportSummary& summary)
        : engine_(&engine), update_(&update), summary_(&summary), definitions_(engine) {}

    /// Errors: as import_stark_perpetual.
    [[nodiscard]] result<void> book(std::string_view source_name);

private:
    [[nodiscard]] result<void> define(std::string_view source_name);
    [[nodiscard]] result<void> define_instrument(StarkAsset const& asset);
    [[nodiscard]] result<void> book_old_state();
    [[nodiscard]] result<void> book_new_state();
    [[nodiscard]] result<void> book_position(StarkPosition const& position);
    [[nodiscard]] result<void> book_modification(StarkModification const& modification);

    void note_gap();
    void add_prices(std::vector<StarkPrice> const& prices, std::vector<Event>& group) const;
    void add_indices(std::vector<StarkIndex> const& indices, std::vector<Event>& group) const;
    [[nodiscard]] result<AccountId> account(std::uint64_t position, StarkWord const& key);

    /// Gives the group its record (the next of this update) and submits it.
    [[nodiscard]] result<void> submit(std::vector<Event> group, std::uint64_t time_seconds,
                                      std::span<StarkRun const* const> words,
                                      std::string const& what);

    replay::Engine* engine_;
    StarkUpdate const* update_;
    ImportSummary* summary_;
    Definitions definitions_;
    std::string source_name_;
    std::uint16_t source_ = 0;
    StarkParties parties_;
    std::map<std::uint64_t, Int128> modified_; ///< by position: sum of differences
    std::uint64_t records_ = 0;
};

} // namespace plimsoll::tools
