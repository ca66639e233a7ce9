/// Transfers between chains that are on their way, as the log tells them: each step is an event that says all of it.
#pragma once

#include "ledger/book/book.hpp"
#include "risk/bridge/bridge_commands.hpp"

#include <map>
#include <string>

namespace plimsoll::risk {

/// "observed", "attested", "confirmed", "final", "reversed".
[[nodiscard]] std::string_view word(BridgeState state);
[[nodiscard]] std::optional<BridgeState> find_bridge_state(std::string_view word);

/// A transfer on its way in.
struct BridgeTransfer {
    BridgeState state{};
    std::string transaction;
    std::uint64_t log_index = 0;
    std::uint64_t block = 0;
    std::string block_hash; ///< "": nobody said it
    AssetId asset;
    AccountId account;
    Int128 amount = 0;
    Int128 credited = 0;           ///< of the amount, so far
    std::uint64_t confirmations = 0; ///< last said
    std::uint64_t sequence = 0;    ///< of the event that told its last step; where it is read from a log

    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> place() const { return {block, log_index}; }
};

/// A withdrawal that was debited and not paid out yet.
enum class WithdrawalState : std::uint8_t { waiting, released, returned };
[[nodiscard]] std::string_view word(WithdrawalState state);

struct BridgeWithdrawal {
    WithdrawalState state{};
    std::uint64_t number = 0; ///< of its chain, from 1
    AssetId asset;
    AccountId account;
    Int128 amount = 0;
    TimeNs asked = 0;
    TimeNs due = 0; ///< from when on it may be released
    std::uint64_t sequence = 0;
};

/// Events of a chain's transfers are ParameterSet of scope `bridge:CHAIN`. Names: `in N` and `out N`, places that are taken
/// again once what stood there is over, so that a book grows no row a transfer; `withdrawals`, how many there were; `final`,
/// the furthest place on the chain that is final. The value of the first two is what is still on its way, 0 where it is over;
/// the text is every figure. As last word an account's name, which may have spaces.
inline constexpr std::string_view bridge_events_scope = "bridge:";
/// The scope of what is left of the limits (risk/clearing/withdrawal_limits.hpp).
inline constexpr std::string_view bridge_capacity_scope = "bridge_capacity";

[[nodiscard]] ParameterSet event_of(book::Book const& book, std::string_view chain, std::uint32_t slot, BridgeTransfer const& transfer,
                                    std::string_view note = {});
[[nodiscard]] ParameterSet event_of(book::Book const& book, std::string_view chain, std::uint32_t slot, BridgeWithdrawal const& withdrawal,
                                    std::string_view note = {});
/// Nothing where the event is none of these, or not as this program writes it. `slot` is told where there is one.
[[nodiscard]] std::optional<BridgeTransfer> transfer_of(book::Book const& book, ParameterSet const& fact);
[[nodiscard]] std::optional<BridgeWithdrawal> withdrawal_of(book::Book const& book, ParameterSet const& fact);

/// One chain's.
struct BridgeLane {
    std::map<std::uint32_t, BridgeTransfer> in;    ///< by slot, from 1
    std::map<std::uint32_t, BridgeWithdrawal> out; ///< the same
    std::pair<std::uint64_t, std::uint64_t> final_place{}; ///< block and log index, 0:0: nothing is final yet
    std::uint64_t withdrawals = 0;

    [[nodiscard]] std::pair<std::uint32_t const, BridgeTransfer> const* find(BridgePlace const& place) const;
    [[nodiscard]] std::pair<std::uint32_t const, BridgeWithdrawal> const* find(std::uint64_t withdrawal) const;
};

/// Every chain's, as the events so far add up. Whoever applies events shows them here; the same comes of reading, for each
/// row of the book that is_open() or stands for good, the one event that wrote it.
class BridgeBoard {
public:
    void forget();
    void follow(ParameterSet const& fact, book::Book const& book, std::uint64_t sequence);
    /// Whether the event behind a row has to be read to know what stands now.
    [[nodiscard]] static bool is_needed(book::ParameterRow const& row);

    /// A chain of which no event was seen has an empty lane.
    [[nodiscard]] BridgeLane const& lane(std::string_view chain) const;
    [[nodiscard]] std::map<std::string, BridgeLane, std::less<>> const& lanes() const { return lanes_; }
    /// What the outside is said to hold of each asset and may still take back: transfers that are not final.
    [[nodiscard]] std::map<AssetId, Int128> const& arriving() const { return arriving_; }
    /// Of withdrawals that wait.
    [[nodiscard]] Int128 waiting(AssetId asset) const;
    /// What an account has of an asset from transfers that are not final.
    [[nodiscard]] Int128 credited(AccountId account, AssetId asset) const;

private:
    std::map<std::string, BridgeLane, std::less<>> lanes_;
    std::map<AssetId, Int128> arriving_;
    std::map<AssetId, Int128> waiting_;
    std::map<std::pair<AccountId, AssetId>, Int128> credited_;
};

} // namespace plimsoll::risk
