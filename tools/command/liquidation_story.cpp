#include "tools/command/liquidation_story.hpp"

#include "ledger/book/postings.hpp"
#include "risk/margin/sweep.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t look_back_events = 20'000;

[[nodiscard]] bool may_trigger(Event const& event, AccountId account) {
    bool may = false;
    visit_body(event.body, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        may = std::is_same_v<Fact, Observed> || std::is_same_v<Fact, IndexRecorded>;
        book::NamedAccounts::of(fact, [&](AccountId named) { may = may || named == account; });
    });
    return may;
}

[[nodiscard]] result<risk::Levels> levels_at(book::Book const& book, AccountId account, AssetId in, risk::Preset const& preset) {
    PLIMSOLL_TRY(market, risk::Market::of(book, in));
    PLIMSOLL_TRY(valuation, risk::Valuation::of(book, in));
    auto const options = risk::held_options(market, std::span(&account, 1));
    PLIMSOLL_TRY(model, risk::make_model(preset, market, options));
    risk::Portfolio portfolio;
    PLIMSOLL_TRYV(risk::PortfolioView(market, valuation).read(account, portfolio));
    return model->evaluate(portfolio, nullptr);
}

/// Questions to books on the way, by the number of events that were applied.
using Questions = std::multimap<std::uint64_t, std::function<void(book::Book const&)>>;

class Teller {
public:
    Teller(replay::Reader const& reader, std::uint64_t last, AssetId in, risk::Preset const* preset)
        : reader_(reader), last_(last), in_(in), preset_(preset) {}

    /// Reads the events and notes what to ask.
    [[nodiscard]] result<void> read(LiquidationStory& story) {
        book::LiquidationRow const& row = story.row;
        PLIMSOLL_TRYV(reader_.for_account_events(row.account, row.started_sequence,
                                                 row.ended_sequence == 0 ? last_ : row.ended_sequence,
                                                 [&](std::uint64_t sequence, Event const& event) {
                                                     take(story, sequence, event);
                                                     return true;
                                                 }));
        PLIMSOLL_TRYV(find_trigger(story));
        ask(story);
        return outcome::success();
    }
    [[nodiscard]] result<void> answer() {
        if (questions_.empty()) return outcome::success();
        std::vector<std::uint64_t> stops;
        for (auto const& [sequence, question] : questions_) {
            if (stops.empty() || stops.back() != sequence) stops.push_back(sequence);
        }
        PLIMSOLL_TRY(moment, reader_.at(stops.front()));
        return reader_.walk(moment.book, stops, [&](book::Book const& book, std::uint64_t sequence) {
            auto const [first, end] = questions_.equal_range(sequence);
            for (auto each = first; each != end; ++each) each->second(book);
        });
    }

private:
    void take(LiquidationStory& story, std::uint64_t sequence, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            using Fact = std::decay_t<decltype(fact)>;
            if constexpr (std::is_same_v<Fact, LiquidationStarted>) {
                if (fact.liquidation != story.row.id) return;
                story.started = fact;
                story.time = event.origin.source_time;
                story.trigger_sequence = event.origin.cause_sequence;
            } else if constexpr (std::is_same_v<Fact, LiquidationEnded>) {
                if (fact.liquidation == story.row.id) story.ended = fact;
            } else if constexpr (std::is_same_v<Fact, LiquidationBid>) {
                if (fact.liquidation != story.row.id) return;
                story.bids.push_back({AccountId{fact.bidder}, sequence, sequence, {}, {}, fact});
                bid_origin_ = event.origin;
            }
        });
        bool const same_record = !story.bids.empty() && event.origin.source == bid_origin_.source &&
                                 event.origin.cursor == bid_origin_.cursor;
        if (same_record) story.bids.back().last_sequence = sequence;
    }
    [[nodiscard]] result<void> find_trigger(LiquidationStory& story) {
        std::uint64_t const start = story.row.started_sequence;
        std::uint64_t const known = story.trigger_sequence;
        if (start <= 1) return outcome::success();
        std::uint64_t const first = known != 0 ? known : start > look_back_events ? start - look_back_events : 1;
        return reader_.for_events(first, known != 0 ? known : start - 1, [&](std::uint64_t sequence, Event const& event) {
            if (known == 0 && !may_trigger(event, story.row.account)) return true;
            story.trigger = event;
            story.trigger_sequence = sequence;
            return true;
        });
    }
    void ask(LiquidationStory& story) {
        AccountId const account = story.row.account;
        auto ask_levels = [&](std::uint64_t sequence, std::optional<result<risk::Levels>>& place) {
            if (preset_ == nullptr) return;
            questions_.emplace(sequence, [this, account, &place](book::Book const& book) {
                place = levels_at(book, account, in_, *preset_);
            });
        };
        if (story.trigger_sequence > 1) ask_levels(story.trigger_sequence - 1, story.earlier);
        if (story.row.started_sequence > 1) ask_levels(story.row.started_sequence - 1, story.then);
        for (BidStory& bid : story.bids) {
            auto ask_equity = [&](std::uint64_t sequence, Amount& place) {
                questions_.emplace(sequence, [this, bidder = bid.bidder, &place](book::Book const& book) {
                    auto const valuation = risk::Valuation::of(book, in_);
                    if (valuation) place = valuation.value().account(bidder).amount;
                });
            };
            ask_equity(bid.first_sequence - 1, bid.before);
            ask_equity(bid.last_sequence, bid.after);
        }
    }

    replay::Reader const& reader_;
    std::uint64_t last_;
    AssetId in_;
    risk::Preset const* preset_;
    Origin bid_origin_;
    Questions questions_;
};

} // namespace

result<std::vector<LiquidationStory>> tell_liquidations(replay::Reader const& reader,
                                                        std::vector<book::LiquidationRow> const& rows,
                                                        std::uint64_t last_sequence, AssetId in, risk::Preset const* preset) {
    std::vector<LiquidationStory> stories(rows.size());
    Teller teller(reader, last_sequence, in, preset);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        stories[i].row = rows[i];
        PLIMSOLL_TRYV(teller.read(stories[i]));
    }
    PLIMSOLL_TRYV(teller.answer());
    return stories;
}

} // namespace plimsoll::tools
