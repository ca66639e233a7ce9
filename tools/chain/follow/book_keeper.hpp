/// A book in memory as the keeper of translated events: facts that no log holds yet.
#pragma once

#include "tools/chain/translator.hpp"

namespace plimsoll::tools::chain::follow {

/// Decides and applies as an engine does. After a failure what it holds is to be thrown away.
class BookKeeper final : public Keeper {
public:
    explicit BookKeeper(book::Book book) : book_(std::move(book)) {}

    [[nodiscard]] book::Book const& book() const override { return book_; }
    [[nodiscard]] book::Book release() { return std::move(book_); }
    [[nodiscard]] result<bool> submit(std::span<Event const> group) override;

private:
    book::Book book_;
    std::vector<Event> decided_;
};

} // namespace plimsoll::tools::chain::follow
