/// Names to ids while reading: what the book has, and what lines not yet submitted will define.
#pragma once

#include "ledger/book/book.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// Ids count from 1 in the order of definition, so a definition that waits to be submitted has its
/// id already. The book must outlive this, and change only by what was announced here.
class Names {
public:
    explicit Names(book::Book const& book) : book_(&book) {}

    [[nodiscard]] std::optional<AccountId> account(std::string_view name) const;
    [[nodiscard]] std::optional<AssetId> asset(std::string_view name) const;
    [[nodiscard]] std::optional<InstrumentId> instrument(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint16_t> source(std::string_view name) const;
    [[nodiscard]] std::optional<std::uint16_t> feed(std::string_view name) const;
    /// Of an asset that the book has or that was announced; 18 where there is none.
    [[nodiscard]] int decimals(AssetId asset) const;

    /// The event will be submitted next: what it defines can be named from now on.
    void announce(Event const& event);
    /// What was announced has been submitted, or never will be.
    void settle();

private:
    using Waiting = std::map<std::string, std::uint32_t, std::less<>>;

    book::Book const* book_;
    bool is_settled_ = true;
    Waiting accounts_;
    Waiting assets_;
    Waiting instruments_;
    Waiting sources_;
    Waiting feeds_;
    std::map<std::uint32_t, int> decimals_;
};

} // namespace plimsoll::tools
