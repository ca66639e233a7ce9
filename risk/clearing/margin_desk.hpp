/// The margin rule in force at work on a book that goes on: prices are worked out once a market state.
#pragma once

#include "risk/margin/model.hpp"

#include <array>

namespace plimsoll::risk {

/// Keeps a preset's model of a book that others change. Whoever applies events shows them here; a model
/// is made anew only where one of them, or time, changed something that the preset's kernel reads, and
/// then only when somebody asks.
///
/// Options are priced for those who ask: after a change first only theirs, then all that were ever asked
/// of, then all there are. What is asked never depends on which of these it was.
class MarginDesk {
public:
    /// The book must outlive it.
    MarginDesk(book::Book const& book, Preset preset, AssetId quote)
        : book_(&book), preset_(std::move(preset)), quote_(quote) {}
    MarginDesk(MarginDesk const&) = delete;
    MarginDesk& operator=(MarginDesk const&) = delete;

    [[nodiscard]] Preset const& preset() const { return preset_; }
    [[nodiscard]] AssetId quote() const { return quote_; }

    /// An event that was applied.
    void saw(Event const& event);
    /// The book is another one.
    void forget() { is_old_ = true; }
    /// The moment that is asked about, at or after the book's.
    void move_to(TimeNs time) { time_ = time; }

    /// Who will be asked about in a moment: priced together.
    void expect(AccountId one, AccountId other) { expected_ = {one, other}; }

    /// Errors: those of PortfolioView and MarginModel.
    [[nodiscard]] result<Levels> levels(AccountId account, MarginDetail* detail = nullptr);
    [[nodiscard]] result<Levels> levels(AccountRows const& rows);
    /// What the market says at the moment asked about, without anybody's margin. Errors: those of Market and Valuation.
    [[nodiscard]] result<Market const*> market_now();
    /// Of the account or rows last asked of.
    [[nodiscard]] Portfolio const& portfolio() const { return portfolio_; }
    /// As of the account or rows last asked of: needs an answer before it.
    [[nodiscard]] Market const& market() const { return *market_; }

    [[nodiscard]] std::uint64_t models_made() const { return models_made_; }

private:
    [[nodiscard]] result<void> refresh();
    [[nodiscard]] result<Levels> evaluate(MarginDetail* detail);
    [[nodiscard]] result<void> price_held();
    [[nodiscard]] bool time_has_passed() const;

    book::Book const* book_;
    Preset preset_;
    AssetId quote_;
    TimeNs time_ = 0;
    bool is_old_ = true;
    std::optional<Market> market_;
    std::optional<Valuation> valuation_;
    std::unique_ptr<MarginModel> model_;
    TimeNs model_time_ = 0;
    TimeNs next_expiry_ = 0;               ///< after model_time_; 0: none
    std::vector<std::uint8_t> priced_;     ///< by option number
    std::vector<std::uint8_t> asked_;      ///< the same, ever
    int models_of_this_market_ = 0;
    std::uint64_t models_made_ = 0;
    std::array<AccountId, 2> expected_{};
    Portfolio portfolio_;
};

} // namespace plimsoll::risk
