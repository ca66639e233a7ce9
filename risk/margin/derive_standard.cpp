#include "risk/margin/derive_standard.hpp"

#include <span>
#include <tuple>

namespace plimsoll::risk::derive {
namespace {

class Standard {
public:
    Standard(StandardGrid const& grid, StandardKind kind)
        : grid_(grid), state_(grid.state()), initial_(kind == StandardKind::initial) {}

    void weigh_market(std::uint32_t index, MarketHolding const& held, Int256 const& short_options);
    /// All holdings of one expiry; gives the size of its shorts.
    [[nodiscard]] Int256 weigh_expiry(std::span<StandardHolding const> holdings);
    void add_up(Int256 const& cash);

    Checked on;
    StandardMargin out;

private:
    void weigh_perp(StandardMarketLine& line, StandardMarket const& market,
                    MarketHolding const& held);
    void weigh_base(StandardMarketLine& line, StandardMarket const& market, Int256 const& balance);
    [[nodiscard]] Int256 isolated_margin(StandardOption const& option, Int256 const& mark,
                                         Int256 const& amount);
    [[nodiscard]] Int256 spot_requirement(StandardMarket const& market,
                                          StandardOption const& option);
    [[nodiscard]] Int256 max_loss(std::span<StandardHolding const> holdings);
    [[nodiscard]] Int256 payoff(std::span<StandardHolding const> holdings, Int256 const& price);
    /// What a confidence below its threshold takes from the initial margin, per unit of `notional`.
    [[nodiscard]] Int256 doubt(StandardMarket const& market, Int256 const& confidence) {
        return on.times(on.subtract(one_wei, confidence), market.parameters.oracle.factor);
    }

    StandardGrid const& grid_;
    StandardState const& state_;
    bool initial_;
};

void Standard::weigh_perp(StandardMarketLine& line, StandardMarket const& market,
                          MarketHolding const& held) {
    Int256 const size = on.absolute(held.perp_position);
    if (size.is_zero()) return;
    StandardParameters const& set = market.parameters;
    Int256 const notional = on.times(size, market.perp_price);
    line.perp =
        on.negate(on.times(notional, initial_ ? set.perp_im_fraction : set.perp_mm_fraction));
    line.perp_unsettled_cash = held.perp_unsettled_cash;
    Int256 const confidence = std::min(market.perp_confidence, market.spot_confidence);
    if (!initial_ || confidence >= set.oracle.perp_threshold) return;
    line.perp_oracle =
        on.negate(on.times(on.times(doubt(market, confidence), market.spot_price), size));
}

void Standard::weigh_base(StandardMarketLine& line, StandardMarket const& market,
                          Int256 const& balance) {
    if (balance.is_zero()) return;
    StandardParameters const& set = market.parameters;
    Int256 const notional = on.times(balance, market.spot_price);
    line.base_mark_to_market = on.over(notional, state_.stable_price);
    line.base = on.times(notional, set.base_margin_factor);
    if (!initial_) return;
    line.base = on.times(line.base, set.base_im_scale);
    if (market.spot_confidence >= set.oracle.base_threshold || line.base.is_zero()) return;
    line.base_oracle = on.negate(on.times(doubt(market, market.spot_confidence), notional));
}

void Standard::weigh_market(std::uint32_t index, MarketHolding const& held,
                            Int256 const& short_options) {
    StandardMarket const& market = state_.markets[index];
    StandardMarketLine line;
    weigh_perp(line, market, held);
    if (initial_ && state_.stable_price < state_.depeg_threshold) {
        Int256 const lost =
            on.times(on.subtract(state_.depeg_threshold, state_.stable_price), state_.depeg_factor);
        Int256 const exposed = on.add(on.absolute(held.perp_position), short_options);
        line.depeg = on.negate(on.times(on.times(exposed, lost), market.spot_price));
    }
    weigh_base(line, market, held.base_balance);
    out.markets.push_back(line);
}

/// The share of spot that a short option needs initially: less, the farther it is out of the money.
Int256 Standard::spot_requirement(StandardMarket const& market, StandardOption const& option) {
    StandardOptionParameters const& set = market.parameters.option;
    Int256 const distance = option.is_call ? on.subtract(option.strike, market.spot_price)
                                           : on.subtract(market.spot_price, option.strike);
    if (distance <= Int256{}) return std::max(set.min_spot_req, set.max_spot_req);
    Int256 const out_of_the_money = on.over(distance, market.spot_price);
    if (set.max_spot_req <= out_of_the_money) return set.min_spot_req;
    return std::max(set.min_spot_req, on.subtract(set.max_spot_req, out_of_the_money));
}

Int256 Standard::isolated_margin(StandardOption const& option, Int256 const& mark,
                                 Int256 const& amount) {
    if (!amount.is_negative()) return {};
    StandardMarket const& market = state_.markets[option.market];
    StandardOptionParameters const& set = market.parameters.option;
    auto const of_spot = [&](Int256 const& share) {
        return on.times(on.times(share, market.spot_price), amount);
    };
    Int256 maintenance;
    if (option.is_call) {
        if (!initial_) return on.add(mark, of_spot(set.mm_call_spot_req));
    } else {
        maintenance = on.add(
            std::min(of_spot(set.mm_put_spot_req), on.times(set.mm_put_mtm_req, mark)), mark);
        if (!initial_) return maintenance;
    }
    Int256 const full = on.add(of_spot(spot_requirement(market, option)), mark);
    if (option.is_call) return full;
    return std::min(full, on.times(maintenance, set.mm_offset_scale));
}

Int256 Standard::payoff(std::span<StandardHolding const> holdings, Int256 const& price) {
    Int256 sum;
    for (StandardHolding const& held : holdings) {
        StandardOption const& option = grid_.options()[held.option];
        Int256 const value =
            option.is_call ? on.subtract(price, option.strike) : on.subtract(option.strike, price);
        if (value > Int256{}) sum = on.add(sum, on.times(value, held.amount));
    }
    return sum;
}

/// The worst settlement: at a price of 0 or at a strike, and above all strikes by a share of the
/// forward for every call sold and not bought.
Int256 Standard::max_loss(std::span<StandardHolding const> holdings) {
    StandardOption const& any = grid_.options()[holdings.front().option];
    StandardMarket const& market = state_.markets[any.market];
    Int256 worst = std::min(Int256{}, payoff(holdings, Int256{}));
    Int256 net_calls;
    for (StandardHolding const& held : holdings) {
        StandardOption const& option = grid_.options()[held.option];
        worst = std::min(worst, payoff(holdings, option.strike));
        if (option.is_call) net_calls = on.add(net_calls, held.amount);
    }
    if (!net_calls.is_negative()) return worst;
    StandardOptionParameters const& set = market.parameters.option;
    Int256 const scale = initial_ ? set.unpaired_im_scale : set.unpaired_mm_scale;
    Int256 const& forward = market.expiries[any.expiry].forward;
    return on.add(worst, on.times(on.times(scale, forward), net_calls));
}

Int256 Standard::weigh_expiry(std::span<StandardHolding const> holdings) {
    StandardOption const& any = grid_.options()[holdings.front().option];
    StandardMarket const& market = state_.markets[any.market];
    StandardExpiry const& expiry = market.expiries[any.expiry];
    if (expiry.forward.is_zero()) on.refuse(Errc::forward_is_zero);
    StandardExpiryLine line;
    line.market = any.market;
    line.expiry = any.expiry;
    Int256 shorts;
    for (StandardHolding const& held : holdings) {
        StandardOption const& option = grid_.options()[held.option];
        Checked const& fault = grid_.fault(held.option);
        if (fault.broken()) on.refuse(fault.rule());
        Int256 const mark = on.times(grid_.price(held.option), held.amount);
        line.mark_to_market = on.add(line.mark_to_market, mark);
        line.isolated = on.add(line.isolated, isolated_margin(option, mark, held.amount));
        if (held.amount.is_negative()) shorts = on.add(shorts, on.negate(held.amount));
    }
    line.max_loss = max_loss(holdings);
    line.margin = std::max(line.isolated, line.max_loss);
    Int256 const confidence =
        std::min({market.spot_confidence, expiry.forward_confidence, expiry.vol_confidence});
    if (initial_ && confidence < market.parameters.oracle.option_threshold) {
        line.oracle =
            on.negate(on.times(on.times(doubt(market, confidence), market.spot_price), shorts));
    }
    out.expiries.push_back(line);
    return shorts;
}

void Standard::add_up(Int256 const& cash) {
    out.margin = cash;
    out.mark_to_market = cash;
    for (StandardMarketLine const& line : out.markets) {
        for (Int256 const* part : {&line.perp, &line.perp_oracle, &line.perp_unsettled_cash,
                                   &line.depeg, &line.base, &line.base_oracle}) {
            out.margin = on.add(out.margin, *part);
        }
        out.mark_to_market = on.add(out.mark_to_market, line.perp_unsettled_cash);
        out.mark_to_market = on.add(out.mark_to_market, line.base_mark_to_market);
    }
    for (StandardExpiryLine const& line : out.expiries) {
        out.margin = on.add(out.margin, on.add(line.margin, line.oracle));
        out.mark_to_market = on.add(out.mark_to_market, line.mark_to_market);
    }
}

} // namespace

result<StandardGrid> StandardGrid::build(StandardState state, std::vector<StandardOption> options) {
    StandardGrid grid;
    for (StandardOption const& option : options) {
        bool const known = option.market < state.markets.size() &&
                           option.expiry < state.markets[option.market].expiries.size();
        if (!known) return fail(Errc::unknown_expiry, "#" + std::to_string(option.expiry));
        StandardExpiry const& expiry = state.markets[option.market].expiries[option.expiry];
        Int128 const left = Int128{expiry.expiry_seconds} - state.now_seconds;
        Checked on;
        auto const time = TimeToExpiry::of(on, std::max<Int128>(left, 0), one_wei);
        grid.prices_.push_back(black76_price(on, time, option.volatility, expiry.forward,
                                             option.strike, option.is_call));
        grid.faults_.push_back(on);
    }
    grid.state_ = std::move(state);
    grid.options_ = std::move(options);
    return grid;
}

result<StandardMargin> margin_of(StandardAccount const& account, StandardGrid const& grid,
                                 StandardKind kind) {
    auto const& options = grid.options();
    auto held = account.options;
    for (StandardHolding const& holding : held) {
        if (holding.option < options.size()) continue;
        return fail(Errc::unknown_option, "#" + std::to_string(holding.option));
    }
    std::ranges::sort(held, {}, [&](StandardHolding const& holding) {
        StandardOption const& option = options[holding.option];
        return std::tuple(option.market, option.expiry, holding.option);
    });
    Standard standard(grid, kind);
    auto const& markets = grid.state().markets;
    std::vector<Int256> shorts(markets.size());
    for (std::size_t i = 0; i < held.size();) {
        std::size_t end = i + 1;
        StandardOption const& first = options[held[i].option];
        while (end < held.size() && options[held[end].option].market == first.market &&
               options[held[end].option].expiry == first.expiry) {
            if (held[end].option == held[end - 1].option) {
                return fail(Errc::option_repeated, "#" + std::to_string(held[end].option));
            }
            ++end;
        }
        Int256 const of_expiry = standard.weigh_expiry(std::span(held).subspan(i, end - i));
        shorts[first.market] = standard.on.add(shorts[first.market], of_expiry);
        i = end;
    }
    for (std::uint32_t i = 0; i < markets.size(); ++i) {
        MarketHolding const holding =
            i < account.markets.size() ? account.markets[i] : MarketHolding{};
        standard.weigh_market(i, holding, shorts[i]);
    }
    standard.add_up(account.cash);
    return standard.on.settle(std::move(standard.out));
}

} // namespace plimsoll::risk::derive
