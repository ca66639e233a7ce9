/// Rows of one timestamp, gathered and booked: the record that a wallet history is made of.
#pragma once

#include "tools/import/bitmex_rows.hpp"
#include "tools/import/definitions.hpp"
#include "tools/import/importer.hpp"
#include "tools/import/running_balance.hpp"

#include <optional>

namespace plimsoll::tools {

struct BitmexBatch {
    TimeNs time = 0;
    std::uint64_t line = 0; ///< of its first row
    std::vector<BitmexRow> rows;
    std::vector<std::string> texts; ///< every row as it stands in the file, read or not
    std::optional<Error> bad;       ///< why it cannot be taken
};

/// Turns batches into events of one account. The engine must outlive this.
class BitmexBooking {
public:
    BitmexBooking(replay::Engine& engine, ImportOptions const& options)
        : engine_(&engine), definitions_(engine), options_(&options) {}

    /// Submits a batch; its balances must follow from the rows before it, in the file and, where
    /// the batch is new, in the ledger. Errors: as import_bitmex_wallet, without the place.
    [[nodiscard]] result<replay::Receipt> book(BitmexBatch const& batch);
    /// Submits what cannot be taken as what it is: text, with the reason.
    [[nodiscard]] result<replay::Receipt>
    set_aside(BitmexBatch const& batch, std::string const& place, std::string const& reason);
    [[nodiscard]] result<replay::Receipt> set_aside(Cursor cursor, TimeNs time,
                                                    std::string const& place,
                                                    std::string const& reason,
                                                    std::string const& text);

    [[nodiscard]] RunningBalance const& balances() const { return balances_; }
    [[nodiscard]] Amount ledger_balance(BitmexCurrency const& currency) const;
    [[nodiscard]] std::uint64_t definition_events() const { return definitions_.events(); }

private:
    [[nodiscard]] result<replay::Receipt> quarantine(Origin origin, std::string const& place,
                                                     std::string const& reason,
                                                     std::string const& text);
    [[nodiscard]] result<void> define_parties(TimeNs time);
    [[nodiscard]] result<void> check_balances(BitmexBatch const& batch);
    [[nodiscard]] result<Transferred> transfer(BitmexRow const& row);
    [[nodiscard]] result<InstrumentId> instrument(BitmexRow const& row, AssetId settle);

    replay::Engine* engine_;
    Definitions definitions_;
    ImportOptions const* options_;
    RunningBalance balances_;
    std::uint16_t source_ = 0;
    AccountId account_;
    AccountId outside_;
};

} // namespace plimsoll::tools
