#include "replay/pool_view.hpp"

#include "ledger/book/postings.hpp"
#include "risk/clearing/clearing.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace plimsoll::replay {
namespace {

/// The pool's first command records its quote asset, once.
[[nodiscard]] std::uint64_t first_event_of(book::Book const& book, std::string_view scope) {
    for (book::ParameterRow const& row : book.parameters.rows()) {
        if (row.scope.view() == scope && row.name.view() == risk::pool::quote_parameter) return row.sequence;
    }
    return std::numeric_limits<std::uint64_t>::max();
}

[[nodiscard]] bool is_of_pool(Event const& event, AccountId pool, std::string_view scope) {
    bool is_it = false;
    visit_body(event.body, [&](auto const& fact) {
        using Fact = std::decay_t<decltype(fact)>;
        if constexpr (std::is_same_v<Fact, ParameterSet>) {
            is_it = fact.scope == scope;
        } else {
            book::NamedAccounts::of(fact, [&](AccountId named) { is_it = is_it || named == pool; });
        }
    });
    return is_it;
}

} // namespace

result<PoolView> pool_view(Reader const& reader, Moment const& from, Moment const& to, std::string_view pool) {
    namespace pools = risk::pool;
    auto const account = to.book.find_account(pool);
    if (!account) return fail(book::Errc::unknown_account, std::string(pool));
    PLIMSOLL_TRY(adopted, adopted_pools(reader, to.book));
    auto const found = std::ranges::find(adopted, *account, &AdoptedPool::account);
    if (found == adopted.end()) return fail(risk::Errc::pool_unknown, std::string(pool));
    PoolView view;
    view.adopted = std::move(*found);
    pools::PoolPreset const& preset = view.adopted.preset;
    view.history = pools::PoolHistory(*account, pools::pool_scope(pool));

    // What moved the pool before its first command is in the log under its account alone.
    std::vector<std::pair<std::uint64_t, Event>> moves;
    std::uint64_t const first = std::min(first_event_of(to.book, view.history.scope()), to.basis.sequence + 1);
    if (from.basis.sequence + 1 < first) {
        PLIMSOLL_TRYV(reader.for_account_events(*account, from.basis.sequence + 1, first - 1, [&](std::uint64_t sequence, Event const& event) {
            moves.emplace_back(sequence, event);
            return true;
        }));
    }
    std::optional<pools::PoolHistory> at_start;
    PLIMSOLL_TRYV(for_pool_events(reader, to.book, to.basis.sequence, [&](std::uint64_t sequence, Event const& event) {
        if (!at_start && sequence > from.basis.sequence) at_start = view.history;
        view.history.follow(sequence, event, to.book);
        bool const is_new = sequence >= first && sequence > from.basis.sequence;
        if (is_new && is_of_pool(event, *account, view.history.scope())) moves.emplace_back(sequence, event);
    }));
    pools::PoolEnd start;
    if (from.book.has(*account)) {
        PLIMSOLL_TRY(standing, pools::standing_of(from.book, at_start ? *at_start : view.history, preset, from.basis.time));
        start = pools::end_of(standing);
        start.cash = risk::balance_of(from.book, *account, view.history.quote());
    }
    pools::PoolExplainer explainer(view.history, start);
    for (auto const& [sequence, event] : moves) explainer.follow(sequence, event, to.book);
    PLIMSOLL_TRY(standing, pools::standing_of(to.book, view.history, preset, to.basis.time));
    view.standing = std::move(standing);
    view.explanation = explainer.finish(pools::end_of(view.standing));
    return view;
}

} // namespace plimsoll::replay
