/// What may not be done now: operations that a tripped breaker forbids, and withdrawals that wait.
#pragma once

#include "risk/clearing/breaker_watch.hpp"
#include "risk/clearing/clearing_preset.hpp"
#include "risk/clearing/commands.hpp"
#include "risk/clearing/decision.hpp"

namespace plimsoll::risk {

/// A trip or release that a metric brought about, to be appended.
struct BreakerStep {
    Body body;
    std::uint64_t cause_sequence = 0; ///< the event that moved the metric; 0: time did
};

/// Keeps a clearing preset's breakers and its hold on withdrawals over a book that goes on. Whoever applies events shows
/// them here, appends what take_steps() gives, and asks admit() before a command is decided.
class Safeguards {
public:
    /// `quote`: what pools and the fund count in. The book must outlive it.
    Safeguards(book::Book const& book, ClearingPreset const& preset, AssetId quote);
    Safeguards(Safeguards const&) = delete;
    Safeguards& operator=(Safeguards const&) = delete;

    /// How far back the log has to be followed for the same answers: the longest window.
    [[nodiscard]] TimeNs memory_ns() const;
    /// Starts anew; the log of memory_ns() is then followed, which fills the windows; then forget_board(), and the last
    /// step of each breaker recalled.
    void forget();
    void forget_board();
    void recall(BreakerTripped const& fact, TimeNs time);
    void recall(BreakerReleased const& fact, TimeNs time);
    void recall(ParameterSet const& fact) { capacities_.recall(fact); }

    /// After an event was applied to `after`.
    void follow(Event const& event, book::Book const& after);
    /// Metrics that time alone moves. Errors: those of Valuation.
    [[nodiscard]] result<void> look(TimeNs now);
    [[nodiscard]] bool has_steps() const { return !steps_.empty(); }
    [[nodiscard]] std::vector<BreakerStep> take_steps();

    /// Errors: Errc::breaker_tripped with name, scope, metric and value; liquidation_grace; withdrawals_wait with the hole, or
    /// until when; withdrawal_limited.
    [[nodiscard]] result<void> admit(Command const& command, TimeNs now, Decision& decision) const;
    [[nodiscard]] bool allows(Operation operation, TimeNs now) const { return board_.allows(operation, now); }
    /// Appends what an accepted deposit or withdrawal leaves of what may leave.
    void note(Command const& command, Origin const& origin, Decision& decision) const;
    /// What was liquidated within the window.
    [[nodiscard]] LiquidationWindow const& liquidated() const { return liquidated_; }

private:
    [[nodiscard]] Operations needed(Command const& command) const;
    [[nodiscard]] static Operations needed(VaultCommand const& command);
    [[nodiscard]] Operations needed(PerpetualPoolCommand const& command) const;
    [[nodiscard]] result<void> refuse(Operation operation, Decision& decision) const;
    [[nodiscard]] result<void> admit_withdrawal(AssetId asset, TimeNs now, Decision& decision) const;

    book::Book const* book_;
    ClearingPreset const* preset_;
    AssetId quote_;
    bool is_looking_ = false; ///< a rule's metric moves with time alone
    BreakerBoard board_;
    std::optional<BreakerWatch> watch_;
    WithdrawalCapacities capacities_;
    LiquidationWindow liquidated_;
    std::map<AssetId, TimeNs> holes_; ///< when bad debt of an asset was last seen
    std::vector<BreakerStep> steps_;
    TimeNs looked_ = -1;
};

} // namespace plimsoll::risk
