#include "risk/clearing/waterfall_events.hpp"

namespace plimsoll::risk {
namespace {

/// Writes one record's events, all caused by the first.
class LossWriter {
public:
    LossWriter(LossRecord const& record, std::uint64_t first, Origin const& origin)
        : record_(record), first_(first), origin_(origin) {}

    [[nodiscard]] result<std::vector<Event>> write() {
        Int128 own = 0;
        for (std::size_t i = 0; i < record_.layers.size(); ++i) {
            if (record_.layers[i].layer == wire::Layer::account && record_.parts[i].empty()) own += record_.payment.draws[i];
        }
        PLIMSOLL_ASSERT(record_.payment.covered() + record_.payment.residual == record_.loss.amount);
        if (record_.loss.amount == own) return std::vector<Event>{};
        recognise(record_.loss.amount - own);
        for (std::size_t i = 0; i < record_.layers.size(); ++i) layer(i);
        if (index_overflows_) return fail(Errc::arithmetic_overflow, "loss index");
        return std::move(events_);
    }

private:
    void add(Body body, Cause cause) {
        Origin origin = origin_;
        origin.cause = cause;
        if (!events_.empty()) origin.cause_sequence = first_;
        events_.push_back({origin, std::move(body)});
    }

    void recognise(Int128 amount) {
        BadDebtRecognised debt;
        debt.loss = record_.loss.number;
        debt.account = record_.loss.account.number();
        debt.asset = record_.loss.asset.number();
        debt.amount = to_wire(amount);
        debt.liquidation = record_.loss.liquidation;
        add(rare(std::move(debt)), Cause::waterfall);
    }

    void layer(std::size_t i) {
        Int128 sum = 0;
        for (LayerPart const& part : record_.parts[i]) sum += part.amount;
        wire::Layer const kind = record_.layers[i].layer;
        bool const is_own = kind == wire::Layer::account && record_.parts[i].empty();
        PLIMSOLL_ASSERT(is_own || sum == record_.payment.draws[i]);
        if (kind == wire::Layer::auto_deleveraging) {
            for (Deleveraged const& deal : record_.deleveraged) close(deal);
        }
        for (LayerPart const& part : record_.parts[i]) pay_part(kind, part);
        if (kind == wire::Layer::socialised && record_.payment.draws[i] > 0) share(record_.payment.draws[i]);
    }

    void pay_part(wire::Layer layer, LayerPart const& part) {
        if (part.amount == 0) return;
        WaterfallPaid paid;
        paid.loss = record_.loss.number;
        paid.layer = layer;
        paid.payer = part.payer.number();
        paid.account = record_.loss.account.number();
        paid.asset = record_.loss.asset.number();
        paid.amount = to_wire(part.amount);
        add(rare(std::move(paid)), layer == wire::Layer::auto_deleveraging ? Cause::auto_deleveraging : Cause::waterfall);
    }

    void share(Int128 amount) {
        LossSocialised shared;
        shared.loss = record_.loss.number;
        shared.asset = record_.loss.asset.number();
        shared.instrument = record_.loss.instrument.number();
        shared.amount = to_wire(amount);
        if (!record_.shared) {
            add(rare(std::move(shared)), Cause::socialised_loss);
            return;
        }
        Index index = record_.shared->index_before;
        index_overflows_ = !index.add(Index{record_.shared->step.step});
        shared.index = to_wire(index);
        shared.remainder = to_wire(record_.shared->step.remainder);
        add(rare(std::move(shared)), Cause::socialised_loss);
        IndexRecorded recorded;
        recorded.subject = record_.loss.asset.number();
        recorded.kind = IndexKind::socialised_loss;
        recorded.value = index;
        recorded.rate = Index{record_.shared->step.step};
        add(recorded, Cause::socialised_loss);
    }

    void close(Deleveraged const& deal) {
        Origin origin = origin_;
        if (!events_.empty()) origin.cause_sequence = first_;
        append_deal(record_.loss, deal, origin, events_);
    }

    LossRecord const& record_;
    std::uint64_t first_;
    Origin origin_;
    std::vector<Event> events_;
    bool index_overflows_ = false;
};

} // namespace

void append_deal(Loss const& loss, Deleveraged const& deal, Origin const& origin, std::vector<Event>& events) {
    Origin by_rule = origin;
    by_rule.cause = Cause::auto_deleveraging;
    AutoDeleveraged told;
    told.liquidation = loss.liquidation;
    told.account = loss.account.number();
    told.counterparty = deal.counterparty.number();
    told.instrument = deal.instrument.number();
    told.rank = deal.rank;
    told.policy = deal.policy;
    told.size = to_wire(deal.size);
    told.price = to_wire(deal.price);
    told.score = to_wire(deal.score);
    events.push_back({by_rule, rare(std::move(told))});
    if (deal.size == 0) return;
    Traded trade;
    trade.buyer = deal.account_is_long ? deal.counterparty : loss.account;
    trade.seller = deal.account_is_long ? loss.account : deal.counterparty;
    trade.instrument = deal.instrument;
    trade.asset = loss.asset;
    trade.booking = Booking::variation;
    trade.kind = TradeKind::auto_deleveraging;
    trade.size = Quantity{deal.size};
    trade.price = Price{deal.mark};
    trade.quote = Amount{deal.quote};
    trade.index = deal.funding_index;
    events.push_back({by_rule, trade});
}

result<std::vector<LayerPart>> share_pro_rata(Int128 draw, std::span<Claimant const> claimants,
                                              std::optional<AccountId> remainder_to) {
    std::vector<Int128> claims;
    for (Claimant const& claimant : claimants) claims.push_back(claimant.claim);
    PLIMSOLL_TRY(split, split_down(draw, claims));
    std::vector<LayerPart> parts;
    for (std::size_t i = 0; i < claimants.size(); ++i) {
        if (claimants[i].claim > 0) parts.push_back({claimants[i].account, split.parts[i]});
    }
    if (split.left == 0) return parts;
    if (remainder_to) {
        parts.push_back({*remainder_to, split.left});
        return parts;
    }
    if (parts.empty()) return fail(Errc::division_by_zero, "nobody is there to share the loss");
    parts.back().amount += split.left;
    return parts;
}

result<std::vector<Event>> events_of(LossRecord const& record, std::uint64_t first, Origin const& origin) {
    PLIMSOLL_ASSERT(record.parts.size() == record.layers.size());
    return LossWriter(record, first, origin).write();
}

} // namespace plimsoll::risk
