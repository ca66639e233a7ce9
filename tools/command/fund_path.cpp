#include "tools/command/fund_path.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/components.hpp"
#include "tools/errc.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

class Follower {
public:
    Follower(AccountId account, FundPath& view) : account_(account), view_(view) {}

    void take(std::uint64_t sequence, Event const& event) {
        for (Component const& component : components_of(event, account_)) {
            if (component.kind != LegKind::cash) continue;
            Path& path = view_.paths[component.asset];
            Flow& flow = path.flows[component.what];
            ++flow.events;
            (component.units < 0 ? flow.out : flow.in) += component.units;
            Int128& balance = balances_.try_emplace(component.asset, path.opening).first->second;
            balance += component.units;
            if (balance < path.lowest) {
                path.lowest = balance;
                path.lowest_sequence = sequence;
            }
        }
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, WaterfallPaid>) draw(sequence, fact);
        });
    }

private:
    void draw(std::uint64_t sequence, WaterfallPaid const& fact) {
        if (AccountId{fact.payer} != account_) return;
        auto const key = std::pair(fact.loss, fact.layer);
        Path& path = view_.paths[AssetId{fact.asset}];
        auto const [found, is_new] = draws_.try_emplace(key, path.draws.size());
        if (is_new) path.draws.push_back({fact.loss, sequence, AccountId{fact.account}, fact.layer, 0});
        path.draws[found->second].paid += units(fact.amount); // a loss is in one asset
    }

    AccountId account_;
    FundPath& view_;
    std::map<AssetId, Int128> balances_;
    std::map<std::pair<std::uint64_t, wire::Layer>, std::size_t> draws_;
};

[[nodiscard]] result<void> check(FundPath const& view, book::Book const& book) {
    for (auto const& [asset, path] : view.paths) {
        std::string const name = name_of(book, view.account) + " " + name_of(book, asset);
        if (path.sum() != path.closing) {
            return fail(Errc::statement_breaks, name + ": opening and events give " + format_decimal(path.sum()) + ", the book has " +
                                                    format_decimal(path.closing) + "; run plimsoll verify");
        }
        // What the losses say and what the balance says are two readings of the same events.
        Int128 by_loss = 0;
        Int128 by_cause = 0;
        for (Draw const& draw : path.draws) by_loss += draw.paid;
        for (auto const& [cause, flow] : path.flows) {
            if (cause.starts_with("waterfall ")) by_cause -= flow.out;
        }
        if (by_loss != by_cause) {
            return fail(Errc::statement_breaks, name + ": losses drew " + format_decimal(by_loss) + ", the balance paid " +
                                                    format_decimal(by_cause) + "; run plimsoll verify");
        }
    }
    return outcome::success();
}

} // namespace

result<FundPath> follow_fund(replay::Reader const& reader, book::Book const& end, AccountId account, Span const& span) {
    FundPath view{account, {}, 0};
    if (span.from != 0) {
        PLIMSOLL_TRY(before, reader.at(span.from));
        for (auto const& [asset, units] : holdings_of(before.book, account).cash) view.paths[asset].opening = units;
    }
    Holdings const closing = holdings_of(end, account);
    for (auto const& [asset, units] : closing.cash) view.paths[asset].closing = units;
    for (auto const& [instrument, size] : closing.size) view.positions += size != 0 ? 1 : 0;
    std::erase_if(view.paths, [](auto const& each) { return each.second.opening == 0 && each.second.closing == 0; });
    for (auto& [asset, path] : view.paths) path.lowest = path.opening;
    Follower follower(account, view);
    PLIMSOLL_TRYV(reader.for_account_events(account, span.from + 1, span.to, [&](std::uint64_t sequence, Event const& event) {
        follower.take(sequence, event);
        return true;
    }));
    PLIMSOLL_TRYV(check(view, end));
    return view;
}

} // namespace plimsoll::tools
