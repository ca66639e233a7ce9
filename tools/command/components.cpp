#include "tools/command/components.hpp"

#include "ledger/book/postings.hpp"
#include "tools/text/choices.hpp"

namespace plimsoll::tools {
namespace {

/// Keeps the legs of one account, under the name of what they are.
class ComponentSink {
public:
    ComponentSink(AccountId account, std::vector<Component>& out) : account_(account), out_(&out) {}
    void name(std::string what) { what_ = std::move(what); }

    void cash(AccountId account, AssetId asset, Amount amount) {
        keep(account, {what_, LegKind::cash, asset, {}, amount.units()});
    }
    void quote(AccountId account, InstrumentId instrument, AssetId asset, Amount amount) {
        keep(account, {what_, LegKind::quote, asset, instrument, amount.units()});
    }
    void size(AccountId account, InstrumentId instrument, Quantity quantity) {
        keep(account, {what_, LegKind::size, {}, instrument, quantity.units()});
    }
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}

private:
    void keep(AccountId account, Component component) {
        if (account == account_ && component.units != 0) out_->push_back(std::move(component));
    }
    AccountId account_;
    std::vector<Component>* out_;
    std::string what_;
};

// Each event is posted as book/postings.hpp posts it, so that this cannot disagree with the book; one
// with fees is posted in two parts, which add up to it.

void split(Transferred const& fact, ComponentSink& sink) {
    Transferred main = fact;
    main.fee = {};
    sink.name(std::string(word(fact.type)));
    book::post(main, sink);
    Transferred fee = fact;
    fee.amount = {};
    sink.name("fee");
    book::post(fee, sink);
}

void split(Traded const& fact, ComponentSink& sink) {
    Traded main = fact;
    main.buyer_fee = {};
    main.seller_fee = {};
    sink.name(fact.booking == Booking::premium ? "premium" : "trade");
    book::post(main, sink);
    Traded fee = fact;
    fee.size = {};
    fee.quote = {};
    sink.name("fee");
    book::post(fee, sink);
}

void split(IndexMet const& fact, ComponentSink& sink) {
    sink.name(std::string(word(fact.kind)));
    book::post(fact, sink);
}

void split(PositionSettled const& fact, ComponentSink& sink) {
    sink.name(std::string(word(fact.type)));
    book::post(fact, sink);
}

void split(WaterfallPaid const& fact, ComponentSink& sink) {
    sink.name("waterfall " + std::string(word(fact.layer)));
    book::post(fact, sink);
}

template <class Fact> [[nodiscard]] std::string name_of_rare() {
    if constexpr (std::is_same_v<Fact, OpeningEntered>) return "opening";
    if constexpr (std::is_same_v<Fact, Corrected>) return "correction";
    if constexpr (std::is_same_v<Fact, Reversed>) return "reversal";
    if constexpr (std::is_same_v<Fact, PoolMoved>) return "pool";
    return std::string(kind_name<Fact>);
}

template <class Fact> void split(Fact const& fact, ComponentSink& sink) {
    sink.name(name_of_rare<Fact>());
    book::post(fact, sink);
}

template <class Key> [[nodiscard]] bool equal(std::map<Key, Int128> const& a, std::map<Key, Int128> const& b) {
    auto has_all_of = [](auto const& map, auto const& other) {
        for (auto const& [key, units] : map) {
            auto const found = other.find(key);
            if (units != (found == other.end() ? 0 : found->second)) return false;
        }
        return true;
    };
    return has_all_of(a, b) && has_all_of(b, a);
}

} // namespace

std::vector<Component> components_of(Event const& event, AccountId account) {
    std::vector<Component> components;
    ComponentSink sink(account, components);
    visit_body(event.body, [&](auto const& fact) { split(fact, sink); });
    return components;
}

void Holdings::add(Component const& component) {
    switch (component.kind) {
    case LegKind::cash: cash[component.asset] += component.units; return;
    case LegKind::quote: quote[component.instrument] += component.units; return;
    case LegKind::size: size[component.instrument] += component.units; return;
    }
}

bool Holdings::operator==(Holdings const& other) const {
    return equal(cash, other.cash) && equal(size, other.size) && equal(quote, other.quote);
}

Holdings holdings_of(book::Book const& book, AccountId account) {
    Holdings holdings;
    if (!book.has(account)) return holdings;
    book.for_balances(account, [&](book::BalanceRow const& row) { holdings.cash[row.asset] = row.amount.units(); });
    book.for_positions(account, [&](book::PositionRow const& row) {
        holdings.size[row.instrument] = row.size.units();
        holdings.quote[row.instrument] = row.quote.units();
    });
    return holdings;
}

} // namespace plimsoll::tools
