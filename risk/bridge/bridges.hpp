/// Collateral across chains on a book: transfers in step by step, reversals and who pays for them, withdrawals with a window.
#pragma once

#include "risk/bridge/bridge_preset.hpp"
#include "risk/bridge/bridge_state.hpp"
#include "risk/clearing/clearing.hpp"
#include "risk/clearing/clearing_preset.hpp"

namespace plimsoll::risk {

/// The accounts of a chain, by name. Adopting a bridge preset opens what is missing of them.
struct BridgeAccounts {
    AccountId outside;  ///< of the chain's ChainDefined: what the chain holds for the ledger
    AccountId incoming; ///< `bridge:CHAIN`: what is on its way in and not credited yet
    AccountId outgoing; ///< `bridge:CHAIN:out`: withdrawals that wait
    AccountId fund;     ///< the first insurance account whose parent is `bridge:CHAIN`; none: nobody pays first
};
/// Errors: Errc::bridge_account_missing with its name.
[[nodiscard]] result<BridgeAccounts> bridge_accounts(book::Book const& book, std::string_view chain);

/// `exchange:ASSET`: through it an asset's amounts on several chains are exchanged at par; over all of them it stands at zero
/// but for what it has under way itself.
[[nodiscard]] std::string exchange_name(std::string_view asset);

/// What puts a preset in force: PresetAdopted; then ChainDefined, outside and bridge accounts, funds, assets and exchanges that
/// the book has not (the outside of a home chain: the ledger's first); then what each asset on a chain counts as, 0 for those of the preset before that are gone.
/// Errors: book::Errc::unknown_asset for what an asset counts as; Errc::transfers_in_flight; Errc::bridge_account_missing
/// where an account of such a name is of another kind.
[[nodiscard]] result<std::vector<Body>> adoption_of(book::Book const& book, BridgePreset const& preset);

/// Keeps what is on its way over a book that goes on, and decides commands. Whoever applies events shows them here.
///
///     observed    amount: outside -> incoming; and as in each step, the state's credit: incoming -> account
///     reversed    amount: incoming -> outside; of the credit what the account still has: account -> incoming; the rest is a
///                 loss of `bridge:CHAIN`, told in the asset that it counts as: the bridge's fund pays first, also with what it
///                 has on the chain, then the layers of the clearing preset in force
///     withdrawal  account -> outgoing at once; released: outgoing -> outside; disputed: outgoing -> account
///
/// Credit is rounded down, and only grows. What is locked on a chain is what its outside account holds less what is not final.
class Bridges {
public:
    /// `clearing`: whose layers pay losses; none: LossCover's own. All must outlive it.
    Bridges(book::Book const& book, BridgePreset const& preset, ClearingPreset const* clearing);
    Bridges(Bridges const&) = delete;
    Bridges& operator=(Bridges const&) = delete;

    [[nodiscard]] BridgePreset const& preset() const { return *preset_; }
    [[nodiscard]] BridgeBoard const& board() const { return board_; }
    /// Whether an asset moves over a bridge alone.
    [[nodiscard]] bool governs(AssetId asset) const;

    void forget();
    void follow(ParameterSet const& fact, std::uint64_t sequence);
    void follow(Event const& event, book::Book const& after);

    /// The withdrawal as a plain one, for who else has a say in it; nothing where it is another command.
    [[nodiscard]] std::optional<Withdraw> as_withdrawal(BridgeCommand const& command) const;
    /// `clearing`: checks what leaves an account, as of any payment. Errors: Errc of collateral across chains;
    /// withdrawal_limited; those of Clearing::pay; book::Errc.
    [[nodiscard]] result<void> decide(BridgeCommand const& command, Clearing& clearing, Origin const& origin, Decision& decision) const;

    /// Before an account is liquidated: what it has on chains becomes what it counts as, at what margin takes it for, so
    /// that its margin is the same after it; the haircut is the bridge's fund's, else the exchange's. Errors:
    /// Errc::bridge_account_missing.
    [[nodiscard]] result<void> gather(AccountId account, Origin const& origin, Decision& decision) const;

    /// Final on the chain, less withdrawals that wait. May be negative only where the outside was debited besides.
    [[nodiscard]] Int128 free_on_chain(AssetId asset) const;
    /// What the limits let out at a moment; nothing where the asset has none.
    [[nodiscard]] std::optional<Int128> leaves_now(AssetId asset, TimeNs now) const;

private:
    [[nodiscard]] result<void> decide_one(BridgeObserve const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(BridgeAdvance const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(BridgeReverse const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> withdraw(BridgeWithdraw const& ask, Clearing& clearing, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(BridgeRelease const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<void> decide_one(BridgeDispute const& ask, Origin const& origin, Decision& decision) const;
    [[nodiscard]] result<BridgedChain const*> chain_of(std::string_view name) const;
    [[nodiscard]] result<std::pair<std::uint32_t const, BridgeTransfer> const*> find(BridgePlace const& place) const;
    [[nodiscard]] result<void> check_step(BridgedChain const& chain, BridgeTransfer const& transfer, BridgeAdvance const& ask,
                                          std::uint64_t& confirmations) const;
    [[nodiscard]] result<void> credit(BridgedChain const& chain, BridgeAccounts const& accounts, BridgeTransfer& transfer, Origin const& origin,
                                      Decision& decision) const;
    [[nodiscard]] result<void> lose(BridgedChain const& chain, BridgeAccounts const& accounts, BridgeTransfer const& transfer, Int128 rest,
                                    Origin const& origin, Decision& decision) const;

    book::Book const* book_;
    BridgePreset const* preset_;
    ClearingPreset const* clearing_;
    BridgeBoard board_;
    WithdrawalCapacities capacities_;
};

} // namespace plimsoll::risk
