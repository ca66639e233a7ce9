#include "risk/clearing/stress.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/wide.hpp"
#include "risk/clearing/breaker_watch.hpp"
#include "risk/solvency.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::risk {
namespace {

constexpr Int128 least_factor = one_units / 2; ///< of one round's impact
constexpr Int128 million = one_units * 1'000'000;

[[nodiscard]] result<void> add(Int128& sum, Int128 amount) {
    if (__builtin_add_overflow(sum, amount, &sum) || !within(sum, row_limit_units)) return fail(Errc::arithmetic_overflow, "a sum of the stress");
    return outcome::success();
}

[[nodiscard]] result<Int128> part(Int128 whole, Int128 share) {
    auto const value = multiply_divide(whole, share, one_units, Rounding::floor);
    if (!value) return fail(Errc::arithmetic_overflow, "a share of the stress");
    return *value;
}

[[nodiscard]] AccountId owner_of(book::Book const& book, AccountId account) {
    while (book.account(account).parent.is_some()) account = book.account(account).parent;
    return account;
}

/// Which accounts stand for a layer by their kind; none for layers that are worked out.
[[nodiscard]] std::optional<wire::AccountKind> kind_of(wire::Layer layer) {
    switch (layer) {
    case wire::Layer::shared_fund: return wire::AccountKind::insurance;
    case wire::Layer::operator_tranche: return wire::AccountKind::operator_tranche;
    case wire::Layer::staked_module: return wire::AccountKind::staked_module;
    case wire::Layer::pool: return wire::AccountKind::pool;
    default: return std::nullopt;
    }
}

/// One run over a book whose prices it may change.
class Cascade {
public:
    Cascade(book::Book& book, Preset const& margin, ClearingPreset const& clearing, StressAsk const& ask, Sweeper const& sweeper)
        : book_(book), margin_(margin), clearing_(clearing), ask_(ask), sweeper_(sweeper), board_(clearing.breakers),
          alive_(margined_accounts(book)), is_closed_(book.accounts.size() + 1) {}

    [[nodiscard]] result<StressOutcome> run() {
        fill_layers();
        for (PriceShock const& shock : ask_.shocks) {
            PLIMSOLL_TRYV(move(shock));
        }
        for (std::uint32_t number = 1; number <= ask_.most_rounds; ++number) {
            PLIMSOLL_TRY(closed, round(number));
            if (closed == 0) break;
        }
        out_.is_quiet = !out_.rounds.empty() && out_.rounds.back().below == 0;
        cover();
        Int128 paid = out_.residual;
        for (Int128 const each : out_.layer_paid) paid += each; // each within a row, and layers are few
        PLIMSOLL_ASSERT(paid == out_.shortfall);
        return std::move(out_);
    }

private:
    void fill_layers() {
        layers_ = clearing_.layers;
        balances_.resize(layers_.size());
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            auto const kind = kind_of(layers_[i].layer);
            if (kind) balances_[i] = std::clamp<Int128>(held_by(*kind), 0, row_limit_units);
        }
        out_.cover.fund = std::clamp<Int128>(held_by(wire::AccountKind::insurance), 0, row_limit_units);
        out_.layer_before = balances_;
        out_.layer_paid.resize(layers_.size());
    }

    /// Of the quote, by all accounts of a kind.
    [[nodiscard]] Int128 held_by(wire::AccountKind kind) const {
        Int128 sum = 0;
        for (std::uint32_t id = 1; id <= book_.accounts.size(); ++id) {
            bool const is_for_one = kind == wire::AccountKind::staked_module && book_.accounts[id].parent.is_some(); // vouched for a borrower
            if (book_.accounts[id].kind != kind || is_for_one) continue;
            book::BalanceRow const* const held = book_.balance(AccountId{id}, ask_.quote);
            if (held != nullptr && __builtin_add_overflow(sum, held->amount.units(), &sum)) return row_limit_units;
        }
        return sum;
    }

    [[nodiscard]] result<void> move(PriceShock const& shock) {
        PLIMSOLL_TRY(kept, apply_shock(book_, shock, ask_.quote));
        out_.options_not_marked = std::max(out_.options_not_marked, kept);
        for (std::uint32_t id = 1; id <= book_.assets.size(); ++id) {
            AssetId const asset{id};
            if (asset == ask_.quote || (shock.asset.is_some() && shock.asset != asset)) continue;
            Int128& factor = moved_.try_emplace(asset, one_units).first->second;
            PLIMSOLL_TRY(next, part(factor, shock.factor));
            factor = next;
        }
        return outcome::success();
    }

    /// Asks the breakers what they allow now.
    [[nodiscard]] Operations allowed() {
        if (!ask_.with_breakers) return all_operations;
        auto const tell = [&](Metric metric, std::string const& scope, Int128 value) {
            for (Body const& body : board_.observe(metric, scope, value, book_.time())) {
                auto const* const fact = std::get<RareFact>(body)->AsBreakerTripped();
                if (fact == nullptr) continue;
                out_.tripped.push_back(fact->breaker + ": " + fact->metric + " of " + scope + " at " + format_decimal(value));
            }
        };
        for (auto const& [asset, factor] : moved_) {
            if (factor == one_units) continue;
            tell(Metric::price_move, std::string(book_.asset(asset).name.view()), factor < one_units ? one_units - factor : factor - one_units);
        }
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            if (layers_[i].layer != wire::Layer::shared_fund || out_.layer_before[i] == 0) continue;
            Int128 const lost = std::max<Int128>(out_.layer_before[i] - balances_[i], 0);
            tell(Metric::fund_drawdown, "shared_fund", share_of_whole(lost, out_.layer_before[i]));
        }
        return board_.allowed(book_.time());
    }

    /// How many were closed.
    [[nodiscard]] result<std::uint64_t> round(std::uint32_t number) {
        StressRound row;
        row.number = number;
        PLIMSOLL_TRY(market, Market::of(book_, ask_.quote));
        PLIMSOLL_TRY(valuation, Valuation::of(book_, ask_.quote));
        PLIMSOLL_TRY(model, make_model(margin_, market, held_options(market, alive_)));
        auto const swept = sweeper_(*model, PortfolioView(market, valuation), alive_);
        std::vector<Closed> below;
        for (SweepRow const& each : swept) {
            row.failed += each.standing == Standing::failed ? 1 : 0;
            row.insolvent += each.standing == Standing::insolvent ? 1 : 0;
            if (each.standing != Standing::below_maintenance && each.standing != Standing::insolvent) continue;
            Closed closed;
            closed.account = each.account;
            closed.round = number;
            closed.equity = valuation.account(each.account).amount.units();
            closed.shortfall = std::max<Int128>(-closed.equity, 0);
            below.push_back(closed);
        }
        std::ranges::sort(below, {}, [](Closed const& each) { return std::pair(each.equity, each.account); });
        row.below = below.size();
        out_.waiting = below.size();
        if (!below.empty() && (allowed() & bit(Operation::liquidate)) != 0) {
            PLIMSOLL_TRYV(close_all(valuation, below, row));
        }
        out_.waiting_shortfall = 0;
        waiting_.clear();
        if (row.closed == 0) waiting_ = below;
        for (Closed const& each : waiting_) {
            PLIMSOLL_TRYV(add(out_.waiting_shortfall, each.shortfall));
        }
        std::uint64_t const closed = row.closed;
        for (PriceShock const& shock : row.moves) {
            PLIMSOLL_TRYV(move(shock));
        }
        out_.rounds.push_back(std::move(row));
        return closed;
    }

    [[nodiscard]] result<void> close_all(Valuation const& valuation, std::vector<Closed>& below, StressRound& row) {
        std::map<AssetId, Int128> sold; ///< longs less shorts, in the quote
        for (Closed& each : below) {
            PLIMSOLL_TRYV(close(valuation, each, sold));
            PLIMSOLL_TRYV(add(row.notional, each.notional));
            PLIMSOLL_TRYV(add(row.fees, each.fee));
            PLIMSOLL_TRYV(add(row.shortfall, each.shortfall));
            is_closed_[each.account.number()] = true;
        }
        row.closed = below.size();
        out_.waiting = 0;
        std::erase_if(alive_, [&](AccountId account) { return is_closed_[account.number()]; });
        PLIMSOLL_TRYV(take_fees(row.fees));
        PLIMSOLL_TRYV(pay_all(valuation, below, row));
        for (auto const& [asset, net] : sold) {
            PLIMSOLL_TRYV(add_impact(asset, net, row));
        }
        out_.closed.insert(out_.closed.end(), below.begin(), below.end());
        return outcome::success();
    }

    [[nodiscard]] result<void> close(Valuation const& valuation, Closed& closed, std::map<AssetId, Int128>& sold) {
        result<void> done = outcome::success();
        book_.for_positions(closed.account, [&](book::PositionRow const& row) {
            if (!done || row.size.is_zero()) return;
            book::InstrumentRow const& instrument = book_.instrument(row.instrument);
            Int128 const value = valuation.balance(instrument.settle, valuation.settled(row).value).worth.units();
            done = add(closed.notional, value < 0 ? -value : value);
            if (!done || instrument.kind == wire::InstrumentKind::option) return;
            bool const is_long = row.size.units() > 0;
            Int128 const size = value < 0 ? -value : value;
            done = add(sold[instrument.base], is_long ? size : -size);
        });
        PLIMSOLL_TRYV(std::move(done));
        Int128 const there = std::max<Int128>(closed.equity, 0);
        PLIMSOLL_TRY(fee, part(clearing_.fee_base == FeeBase::notional ? closed.notional : there, clearing_.liquidation_fee));
        closed.fee = std::min(fee, there);
        return outcome::success();
    }

    /// The fund's part goes into the first layer that can hold it: the penalties, else a fund, module or pool.
    [[nodiscard]] result<void> take_fees(Int128 fees) {
        PLIMSOLL_TRY(to_fund, part(fees, clearing_.fee_to_fund));
        PLIMSOLL_TRYV(add(out_.fees, fees));
        PLIMSOLL_TRYV(add(out_.fees_to_fund, to_fund));
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            if (layers_[i].layer != wire::Layer::liquidation_penalty && !kind_of(layers_[i].layer)) continue;
            return add(balances_[i], to_fund);
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> pay_all(Valuation const& valuation, std::vector<Closed> const& below, StressRound& row) {
        if (row.shortfall == 0) return outcome::success();
        PLIMSOLL_TRYV(fill_from_customers(valuation));
        for (Closed const& each : below) {
            if (each.shortfall == 0) continue;
            LossPayment const paid = pay(each.shortfall, layers_, balances_);
            for (std::size_t i = 0; i < layers_.size(); ++i) {
                balances_[i] -= paid.draws[i];
                PLIMSOLL_TRYV(add(out_.layer_paid[i], paid.draws[i]));
            }
            PLIMSOLL_TRYV(add(row.residual, paid.residual));
        }
        PLIMSOLL_TRYV(add(out_.shortfall, row.shortfall));
        return add(out_.residual, row.residual);
    }

    /// What those who are left could give: their profits, and their equity less what they gave already.
    [[nodiscard]] result<void> fill_from_customers(Valuation const& valuation) {
        bool const may_deleverage = (allowed() & bit(Operation::deleverage)) != 0;
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            Int128 sum = 0;
            if (layers_[i].layer == wire::Layer::auto_deleveraging && may_deleverage) {
                for (book::PositionRow const& row : book_.positions.rows()) {
                    if (row.size.is_zero() || !gives(row.account)) continue;
                    if (book_.instrument(row.instrument).kind == wire::InstrumentKind::option) continue;
                    PLIMSOLL_TRYV(add(sum, std::max<Int128>(valuation.position(row).worth.units(), 0)));
                }
                PLIMSOLL_TRY(most, part(sum, clearing_.deleverage_capacity));
                sum = most;
            } else if (layers_[i].layer == wire::Layer::socialised) {
                for (AccountId const account : alive_) {
                    PLIMSOLL_TRYV(add(sum, std::max<Int128>(valuation.account(account).amount.units(), 0)));
                }
            } else {
                continue;
            }
            balances_[i] = std::max<Int128>(sum - out_.layer_paid[i], 0);
            if (out_.layer_before[i] == 0) out_.layer_before[i] = sum;
        }
        return outcome::success();
    }

    [[nodiscard]] bool gives(AccountId account) const {
        return !is_closed_[account.number()] && group_of(book_.account(account).kind) == Group::customers;
    }

    [[nodiscard]] result<void> add_impact(AssetId asset, Int128 net, StressRound& row) {
        if (ask_.impact_per_million == 0 || net == 0) return outcome::success();
        auto const step = multiply_divide(net < 0 ? -net : net, ask_.impact_per_million, million, Rounding::floor);
        Int128 const most = one_units - least_factor;
        Int128 const share = step ? std::min(*step, most) : most;
        if (share != 0) row.moves.push_back({asset, net > 0 ? one_units - share : one_units + share});
        return outcome::success();
    }

    void cover() {
        std::map<AccountId, Int128> owed;
        for (auto const* list : {&out_.closed, &waiting_}) {
            for (Closed const& each : *list) {
                if (each.shortfall > 0) owed[owner_of(book_, each.account)] += each.shortfall; // all of them fit a row
            }
        }
        std::vector<std::pair<AccountId, Int128>> owners(owed.begin(), owed.end());
        std::ranges::stable_sort(owners, [](auto const& a, auto const& b) { return a.second > b.second; });
        if (owners.size() > 2) owners.resize(2);
        for (auto const& [owner, shortfall] : owners) out_.cover.sum += shortfall;
        out_.cover.largest = std::move(owners);
    }

    book::Book& book_;
    Preset const& margin_;
    ClearingPreset const& clearing_;
    StressAsk const& ask_;
    Sweeper const& sweeper_;
    BreakerBoard board_;
    std::vector<AccountId> alive_;
    std::vector<bool> is_closed_; ///< by account number
    std::vector<LossLayer> layers_;
    std::vector<Int128> balances_; ///< by layer
    std::vector<Closed> waiting_;     ///< below maintenance, and nobody may close them
    std::map<AssetId, Int128> moved_; ///< price over price at the start
    StressOutcome out_;
};

} // namespace

result<StressOutcome> stress(book::Book& book, Preset const& margin, ClearingPreset const& clearing, StressAsk const& ask,
                             Sweeper const& sweeper) {
    auto const assets = book.assets;
    auto const instruments = book.instruments;
    auto outcome = Cascade(book, margin, clearing, ask, sweeper).run();
    book.assets = assets;
    book.instruments = instruments;
    return outcome;
}

} // namespace plimsoll::risk
