/// A ledger that decides: commands in, durable events or refusals out.
#pragma once

#include "replay/engine.hpp"
#include "risk/bridge/bridges.hpp"
#include "risk/clearing/auctions.hpp"
#include "risk/clearing/collateral_sale.hpp"
#include "risk/clearing/interest.hpp"
#include "risk/clearing/ramped_sale.hpp"
#include "risk/clearing/safeguards.hpp"
#include "risk/clearing/vault_sale.hpp"
#include "risk/credit/credit_desk.hpp"
#include "risk/pool/pool_desk.hpp"

#include <map>
#include <memory>
#include <optional>

namespace plimsoll::replay {

/// Which command it is: its place in its source, and when.
struct CommandStamp {
    std::uint64_t id = 0;     ///< from 1; grows within its source
    std::uint64_t record = 0; ///< fingerprint of its words: the same id with others is another command
    TimeNs time = 0;          ///< 0: the ledger's own
    std::string_view source = "commands";
};

/// What became of a command. Durable only after commit().
struct Answer {
    std::optional<Error> refusal; ///< nothing: accepted
    bool is_duplicate = false;    ///< it was there already
    std::uint64_t first_sequence = 0; ///< 0: it books nothing
    std::uint64_t last_sequence = 0;
    std::vector<risk::Figure> figures;

    [[nodiscard]] bool accepted() const { return !refusal.has_value(); }
};

class Reader;

class ClearingHouse {
public:
    /// Opens a ledger for writing, with the presets in force there: of scopes "margin", "clearing", "credit" and "bridge".
    /// Errors: as Engine::open; risk::Errc::preset_* where a newer program wrote it.
    [[nodiscard]] static result<std::unique_ptr<ClearingHouse>> open(std::filesystem::path const& directory,
                                                                     EngineOptions const& options = {});
    ~ClearingHouse();
    ClearingHouse(ClearingHouse const&) = delete;
    ClearingHouse& operator=(ClearingHouse const&) = delete;

    [[nodiscard]] book::Book const& book() const;
    [[nodiscard]] Engine& engine() { return *engine_; }
    /// Nothing: no preset is in force, and trades are bookkeeping only.
    [[nodiscard]] risk::MarginDesk* desk() { return desk_.get(); }
    /// Nothing: losses go to the market's own fund and the shared one.
    [[nodiscard]] std::optional<risk::ClearingPreset> const& clearing_preset() const { return clearing_preset_; }
    /// What the log says of owners; null where no credit preset was adopted.
    [[nodiscard]] risk::CreditHistory const* credit_history() const { return credit_.get(); }

    /// Nothing: no bridge preset is in force.
    [[nodiscard]] risk::Bridges const* bridges() const { return bridges_.get(); }

    /// Decides, books and answers one command. A failure is the world's (a disk, damage), and ends the
    /// house; what a rule refuses is an answer. `answer` keeps its memory.
    [[nodiscard]] result<void> submit(risk::Command const& command, CommandStamp const& stamp, Answer& answer);
    /// Books facts that no rule decides: definitions, indices, what a source says has happened.
    /// Errors: as Engine::submit.
    [[nodiscard]] result<void> record(std::span<Event const> facts);
    /// Returns when everything accepted is on disk.
    [[nodiscard]] result<void> commit() { return engine_->commit(); }
    [[nodiscard]] result<void> close() { return engine_->close(); }

private:
    explicit ClearingHouse(std::unique_ptr<Engine> engine) : engine_(std::move(engine)), interest_(engine_->book()) {}
    [[nodiscard]] result<void> adopt_presets(std::filesystem::path const& directory);
    [[nodiscard]] result<void> recall_liquidations(std::filesystem::path const& directory);
    [[nodiscard]] result<void> recall_watchers();
    [[nodiscard]] result<void> recall_safeguards(Reader const& reader);
    [[nodiscard]] result<void> recall_interest(Reader const& reader);
    [[nodiscard]] result<void> bring_interest_up_to_date(risk::Command const& command);
    [[nodiscard]] result<void> meet_interest(AccountId account);
    [[nodiscard]] result<void> bridge(risk::BridgeCommand const& ask, Origin const& origin, Answer& answer);
    [[nodiscard]] result<void> check_way(risk::Command const& command) const;
    [[nodiscard]] result<void> gather_from_chains(AccountId account);
    [[nodiscard]] result<void> open_pools(Reader const& reader);
    [[nodiscard]] result<void> recall_pools(Reader const& reader);
    [[nodiscard]] result<void> pool(risk::PoolCommand const& ask, Origin origin, Answer& answer);
    [[nodiscard]] result<void> keep_from_pools(risk::Command const& command) const;
    [[nodiscard]] result<void> bring_funding_up_to_date(risk::PerpetualPoolCommand const& command, Origin const& asked, Answer& answer);
    [[nodiscard]] result<void> append_steps();
    [[nodiscard]] result<void> admit(risk::Command const& command);
    [[nodiscard]] result<void> settle(risk::SettleExpiry ask, Origin const& origin, Answer& answer);
    [[nodiscard]] result<void> run(risk::Command const& command, CommandStamp const& stamp, Answer& answer);
    [[nodiscard]] result<void> liquidate(risk::Liquidate const& ask, Origin& origin, Answer& answer);
    [[nodiscard]] result<void> bid(risk::Bid const& ask, Origin origin, Answer& answer);
    /// The auction of the clearing preset's procedure, or of the one that is going on; null where neither has one.
    [[nodiscard]] risk::Sale* sale_of(AccountId account);
    [[nodiscard]] result<void> sell(risk::Sale& sale, risk::Liquidate const& ask, Origin& origin, Answer& answer);
    [[nodiscard]] result<TimeNs> last_deed_of(AccountId account);
    [[nodiscard]] result<void> credit(risk::Command const& command, Origin origin, Answer& answer);
    [[nodiscard]] result<void> declare_default(risk::DeclareDefault const& ask, Origin const& origin, Answer& answer);
    /// What a command moves leaves owners who owe enough collateral.
    [[nodiscard]] result<void> keep_credit(risk::Command const& command);
    /// The history, with each day's equity of an account's owner. Errors: risk::Errc::no_credit_rule.
    [[nodiscard]] result<AccountId> know_owner(AccountId account);
    [[nodiscard]] result<void> recall_credit(Reader const& reader, std::vector<AccountId> of);
    [[nodiscard]] result<std::uint16_t> source_of(CommandStamp const& stamp);
    [[nodiscard]] result<Receipt> book_all(std::span<Event const> events);
    [[nodiscard]] result<void> book_group(Answer& answer);

    std::unique_ptr<Engine> engine_;
    std::unique_ptr<risk::MarginDesk> desk_;
    std::optional<risk::ClearingPreset> clearing_preset_;
    std::unique_ptr<risk::Safeguards> safeguards_; ///< where a clearing preset is in force
    std::optional<risk::BridgePreset> bridge_preset_;
    std::unique_ptr<risk::Bridges> bridges_; ///< where a bridge preset is in force
    risk::Interest interest_;
    std::unique_ptr<risk::CreditHistory> credit_; ///< where a credit preset is in force
    std::map<AccountId, risk::pool::PoolDesk> pools_; ///< those with a preset
    bool are_watchers_stale_ = false; ///< they saw events that were dropped
    TimeNs moment_ = 0; ///< of the command at hand
    std::filesystem::path directory_;
    std::optional<risk::Clearing> clearing_;
    std::optional<risk::Liquidations> liquidations_; ///< where there is a desk
    std::optional<risk::Auctions> auctions_;         ///< the same
    std::optional<risk::CollateralSale> collateral_sale_;
    std::optional<risk::RampedSale> ramped_sale_;
    std::optional<risk::VaultSale> vault_sale_; ///< of option vaults, whatever the procedure of other accounts is
    risk::OpenLiquidations open_;
    risk::Decision decision_; ///< kept for its memory
};

} // namespace plimsoll::replay
