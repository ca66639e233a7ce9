/// What following a chain has to tell: news while it goes on, an account of all of it at the end.
#pragma once

#include "tools/chain/follow/live_ledger.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/text/json_writer.hpp"

namespace plimsoll::tools {

class FollowStory {
public:
    std::string node;
    std::string source;
    std::uint64_t chain_id = 0;
    std::vector<std::string> accounts; ///< to be shown
    chain::follow::PendingView pending; ///< of the last look
    book::Book const* final_book = nullptr; ///< for the account at the end
    std::optional<chain::Finding> difference; ///< the first that reconciling found

    void take(chain::follow::Look const& look, chain::follow::ChainFollower const& follower, chain::BookingCounts const& booked);
    void reconciled(chain::ReconcileReport const& report);

    /// Since the last news; lines for people, or one line of JSON.
    [[nodiscard]] std::string news(bool is_json);
    [[nodiscard]] std::string people(std::string const& directory) const;
    void write(JsonWriter& json) const;

private:
    [[nodiscard]] std::string people_accounts() const;
    void write_accounts(JsonWriter& json) const;

    chain::follow::Anchor final_;
    std::uint64_t head_ = 0;
    chain::Bytes32 tip_{}; ///< hash of the newest block read, pending or final
    std::uint64_t blocks_ = 0; ///< that became final
    std::uint64_t pending_blocks_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t reorganisations_ = 0;
    std::uint64_t deepest_ = 0;
    bool is_behind_ = false;
    chain::BookingCounts booked_;
    std::uint64_t reconciliations_ = 0;
    std::uint64_t reconciled_block_ = 0; ///< the newest at which both sides were compared
    std::uint64_t logs_matched_ = 0;
    std::uint64_t balances_compared_ = 0;
    std::uint64_t differences_ = 0;
    // Since the last news.
    std::uint64_t news_blocks_ = 0;
    chain::BookingCounts news_from_;
    std::vector<chain::follow::Anchor> gone_; ///< newest first
};

} // namespace plimsoll::tools
