#include "tools/generate/opening.hpp"

#include "tools/generate/oracle.hpp"

#include <algorithm>

namespace plimsoll::tools {
namespace {

constexpr std::uint64_t events_for_each_listing = 50;
constexpr std::uint64_t opening_percent = 40;
/// What the fund holds at first, for each customer: little, so that a crash can drain it.
constexpr Micro fund_for_each = 60 * one_micros;
constexpr Micro liquidator_for_each = 2'000 * one_micros;
constexpr Micro liquidator_at_least = 2'000'000 * one_micros;

[[nodiscard]] Body asset(std::string_view name, int decimals, wire::AssetKind kind) {
    AssetDefined fact;
    fact.name = name;
    fact.decimals = static_cast<std::uint8_t>(decimals);
    fact.kind = kind;
    return rare(std::move(fact));
}

[[nodiscard]] Body account(std::string name, wire::AccountKind kind, AccountId parent = {}) {
    AccountOpened fact;
    fact.name = std::move(name);
    fact.kind = kind;
    fact.parent = parent.number();
    return rare(std::move(fact));
}

[[nodiscard]] Body instrument(Listing const& listing) {
    InstrumentDefined fact;
    fact.name = listing.name;
    fact.kind = listing.kind;
    fact.payoff = listing.payoff;
    fact.side = listing.side;
    fact.exercise = listing.is_option() ? wire::Exercise::european : wire::Exercise::none;
    fact.base = Catalogue::asset_of(listing.underlying).number();
    fact.quote = usdc.number();
    fact.settle = listing.settle.number();
    fact.market_account = listing.market_account.number();
    fact.multiplier_numerator = to_wire(Int128{1});
    fact.multiplier_denominator = to_wire(Int128{listing.multiplier_denominator});
    fact.strike = to_wire(units_of(listing.strike));
    fact.expiry = listing.expiry;
    fact.tick = to_wire(units_of(listing.tick));
    fact.lot = to_wire(units_of(listing.lot));
    return rare(std::move(fact));
}

[[nodiscard]] Body deposit(AccountId to, AssetId asset, Micro amount) {
    Transferred fact;
    fact.account = to;
    fact.counter = outside_account;
    fact.asset = asset;
    fact.type = TransferType::deposit;
    fact.amount = Amount{units_of(amount)};
    return fact;
}

[[nodiscard]] Body feed() {
    FeedDefined fact;
    fact.name = "oracle";
    return rare(std::move(fact));
}

[[nodiscard]] Body source() {
    SourceDefined fact;
    fact.name = "generator";
    fact.kind = wire::SourceKind::generator;
    return rare(std::move(fact));
}

[[nodiscard]] Body chain() {
    ChainDefined fact;
    fact.name = "ethereum";
    fact.chain_id = 1;
    fact.account = outside_account.number();
    return rare(std::move(fact));
}

[[nodiscard]] Body dollar_price() {
    Observed fact;
    fact.subject = usdc.number();
    fact.kind = Observation::asset_price;
    fact.feed = oracle_feed;
    fact.value = Price::whole(1);
    return fact;
}

} // namespace

Plan plan_of(DayOptions const& options) {
    Plan plan;
    std::uint64_t const most = options.is_decided_elsewhere ? linear_perpetuals : listings_full;
    plan.listings = static_cast<std::size_t>(
        std::clamp<std::uint64_t>(options.events / events_for_each_listing, 1, most));
    std::uint64_t const definitions = 12 + plan.listings * 6;
    std::uint64_t const room = options.events / 100 * opening_percent;
    // Of 48 customers 7 have a coin besides dollars: 103 events open them.
    std::uint64_t const fitting = room > definitions ? (room - definitions) * 48 / 103 : 0;
    plan.customers =
        std::clamp<std::uint64_t>(options.accounts, 1, std::max<std::uint64_t>(1, fitting));
    plan.opening_events = std::min(options.events, definitions + plan.customers * 103 / 48);
    return plan;
}

Opening::Opening(World const& world) {
    auto define = [&](Body body) { items_.push_back({std::move(body), no_listing}); };
    define(source());
    define(feed());
    define(asset("USDC", 6, wire::AssetKind::stablecoin));
    for (Underlying const& of : world.catalogue.underlyings()) {
        define(asset(of.name, of.decimals, wire::AssetKind::token));
    }
    define(account("ethereum", wire::AccountKind::outside));
    define(chain());
    define(account("fees", wire::AccountKind::fees));
    define(account("insurance", wire::AccountKind::insurance));
    define(account("liquidator", wire::AccountKind::liquidator));
    define(account("market:shared", wire::AccountKind::market));
    define(dollar_price());
    auto const customers = static_cast<Micro>(world.crowd.count());
    define(deposit(insurance_account, usdc, customers * fund_for_each));
    define(deposit(liquidator_account, usdc,
                   std::max(liquidator_at_least, customers * liquidator_for_each)));
    for (Listing const& listing : world.catalogue.listings()) {
        if (!listing.is_spot())
            define(account("market:" + listing.name, wire::AccountKind::market));
    }
    for (std::size_t i = 0; i < world.catalogue.listings().size(); ++i) {
        define(instrument(world.catalogue[i]));
        items_.push_back({{}, i});
    }
}

bool Opening::add_next(book::Book const& book, World& world, Group& group, std::uint64_t left) {
    if (done_ < items_.size()) {
        Item const& item = items_[done_++];
        if (item.news != no_listing && left >= oracle_events_limit) {
            add_news(world, group, item.news);
        } else if (item.news != no_listing) {
            add_mark(world, group, item.news);
        } else if (done_ == 1) {
            group.add_bare(item.body); // the source itself comes from nowhere
        } else {
            group.add(item.body, Cause::definition);
        }
        return true;
    }
    if (customers_ == world.crowd.count() || left < customer_events_limit) return false;
    add_customer(book, world, group);
    return true;
}

/// The account is defined by the first record that names it: its deposit.
void Opening::add_customer(book::Book const& book, World const& world, Group& group) {
    std::uint64_t const number = customers_++;
    AccountId const id = world.crowd.account(number);
    bool const is_sub = world.crowd.is_sub(number);
    auto const kind = is_sub ? wire::AccountKind::subaccount : wire::AccountKind::customer;
    AccountId const parent = is_sub ? world.crowd.account(number - 1) : AccountId{};
    group.add(account(world.crowd.name(number), kind, parent), Cause::definition,
              group.next_sequence() + 1);
    Micro const dollars = world.crowd.first_deposit(number);
    group.add(deposit(id, usdc, dollars));
    PLIMSOLL_ASSERT(book.accounts.size() + 1 == id.number());
    AssetId const coin = world.crowd.coin(number);
    if (!coin.is_some()) return;
    Micro const price = world.market.coin_price(Catalogue::underlying_of(coin));
    if (price > 0)
        group.add(deposit(id, coin, std::max<Micro>(1, scale(dollars, one_micros, price))));
}

} // namespace plimsoll::tools
