#include "tools/export/legs.hpp"

#include "ledger/book/postings.hpp"
#include "tools/text/choices.hpp"

namespace plimsoll::tools {
namespace {

class LegSink {
public:
    explicit LegSink(std::vector<MovedLeg>& legs, bool is_fee) : legs_(legs), is_fee_(is_fee) {}
    void cash(AccountId account, AssetId asset, Amount amount) {
        keep({account, LegKind::cash, asset, {}, amount.units(), is_fee_});
    }
    void quote(AccountId account, InstrumentId instrument, AssetId asset, Amount amount) {
        keep({account, LegKind::quote, asset, instrument, amount.units(), is_fee_});
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        keep({account, LegKind::size, {}, instrument, quantity.units(), is_fee_});
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}

private:
    void keep(MovedLeg const& leg) {
        if (leg.units != 0) legs_.push_back(leg);
    }
    std::vector<MovedLeg>& legs_;
    bool is_fee_;
};

// A fact with fees is posted in two parts, which add up to it.

void post_parts(Transferred const& fact, std::vector<MovedLeg>& legs) {
    Transferred main = fact;
    main.fee = {};
    book::post(main, LegSink(legs, false));
    Transferred fee = fact;
    fee.amount = {};
    book::post(fee, LegSink(legs, true));
}

void post_parts(Traded const& fact, std::vector<MovedLeg>& legs) {
    Traded main = fact;
    main.buyer_fee = {};
    main.seller_fee = {};
    book::post(main, LegSink(legs, false));
    Traded fees = fact;
    fees.size = {};
    fees.quote = {};
    book::post(fees, LegSink(legs, true));
}

template <class Fact> void post_parts(Fact const& fact, std::vector<MovedLeg>& legs) {
    book::post(fact, LegSink(legs, false));
}

} // namespace

void list_legs(Event const& event, std::vector<MovedLeg>& legs) {
    legs.clear();
    visit_body(event.body, [&](auto const& fact) { post_parts(fact, legs); });
}

std::string_view type_of(Event const& event) {
    std::string_view type;
    visit_body(event.body, [&](auto const& fact) {
        if constexpr (requires { word(fact.type); }) {
            type = word(fact.type);
        } else if constexpr (requires { word(fact.kind); }) {
            type = word(fact.kind);
        } else if constexpr (requires { word(fact.layer); }) {
            type = word(fact.layer);
        }
    });
    return type;
}

std::string_view kind_of_event(Event const& event) {
    std::string_view kind;
    visit_body(event.body, [&]<class Fact>(Fact const&) { kind = kind_name<Fact>; });
    return kind;
}

} // namespace plimsoll::tools
