#include "ledger/book/decide.hpp"

#include "ledger/book/funding.hpp"
#include "ledger/book/interest.hpp"
#include "ledger/book/limits.hpp"

#include <map>

namespace plimsoll::book {
namespace {

constexpr std::size_t leg_limit = 64;

template <class Enum> [[nodiscard]] bool is_choice(Enum value, Enum last) {
    return static_cast<unsigned>(value) <= static_cast<unsigned>(last);
}

[[nodiscard]] std::string number_text(std::uint64_t number) { return "#" + std::to_string(number); }

// ---- shared questions, in the order of Errc ----

[[nodiscard]] result<void> check_origin(Book const& book, Origin const& origin) {
    if (!is_choice(origin.cause, Cause::MAX)) return fail(Errc::unknown_choice, "cause");
    if (origin.source == 0) return outcome::success();
    if (!book.sources.has(origin.source)) return fail(Errc::unknown_source, number_text(origin.source));
    SourceRow const& source = book.sources[origin.source];
    if (origin.cursor != Cursor{} && origin.cursor < source.cursor) {
        return fail(Errc::cursor_goes_back, std::string(source.name.view()));
    }
    if (origin.cursor != Cursor{} && origin.source_time < source.time) {
        return fail(Errc::time_goes_back, std::string(source.name.view()) + " is at " + format_time(source.time) +
                                              ", the record says " + format_time(origin.source_time));
    }
    return outcome::success();
}

[[nodiscard]] result<void> need(Book const& book, AccountId id) {
    if (!book.has(id)) return fail(Errc::unknown_account, number_text(id.number()));
    return outcome::success();
}
[[nodiscard]] result<void> need(Book const& book, AssetId id) {
    if (!book.has(id)) return fail(Errc::unknown_asset, number_text(id.number()));
    return outcome::success();
}
[[nodiscard]] result<void> need(Book const& book, InstrumentId id) {
    if (!book.has(id)) return fail(Errc::unknown_instrument, number_text(id.number()));
    return outcome::success();
}

[[nodiscard]] result<void> need_positive(Int128 value) {
    if (value <= 0) return fail(Errc::amount_must_be_positive);
    return outcome::success();
}

[[nodiscard]] result<void> check_fee_account(Book const& book, AccountId fee_account, bool has_fee) {
    if (!has_fee) return outcome::success();
    if (!book.has(fee_account)) return fail(Errc::fee_account_missing);
    return outcome::success();
}

[[nodiscard]] result<void> check_name(std::string const& text, bool taken) {
    PLIMSOLL_TRYV(Name::from(text));
    if (taken) return fail(Errc::name_taken, "'" + text + "'");
    return outcome::success();
}

/// A scope or version may be left out, but what is said must fit its row.
[[nodiscard]] result<void> check_optional_name(std::string const& text) {
    if (text.empty()) return outcome::success();
    PLIMSOLL_TRYV(Name::from(text));
    return outcome::success();
}

/// Law 4 for facts that list their own legs.
[[nodiscard]] result<void> check_legs(Book const& book, std::vector<wire::Leg> const& legs,
                                      std::vector<wire::Stand> const& stands) {
    if (legs.size() > leg_limit || stands.size() > leg_limit) return fail(Errc::too_many_legs);
    std::map<std::pair<int, std::uint32_t>, Int128> sums; // (0: asset, 1: instrument; id) -> sum
    for (wire::Leg const& leg : legs) {
        PLIMSOLL_TRYV(need(book, AccountId{leg.account()}));
        auto const kind = static_cast<LegKind>(leg.kind());
        if (!is_choice(kind, LegKind::size)) return fail(Errc::unknown_choice, "leg");
        if (!within(units(leg.amount()), event_limit_units)) return fail(Errc::amount_overflow);
        if (kind == LegKind::cash) {
            PLIMSOLL_TRYV(need(book, AssetId{leg.subject()}));
        } else {
            PLIMSOLL_TRYV(need(book, InstrumentId{leg.subject()}));
        }
        if (kind == LegKind::quote) {
            PLIMSOLL_TRYV(need(book, AssetId{leg.asset()}));
            if (book.instruments[leg.subject()].settle.number() != leg.asset()) return fail(Errc::booking_disagrees);
        }
        std::uint32_t const subject = kind == LegKind::quote ? leg.asset() : leg.subject();
        sums[{kind == LegKind::size ? 1 : 0, subject}] += units(leg.amount());
    }
    for (auto const& [subject, sum] : sums) {
        if (sum != 0) return fail(Errc::legs_do_not_balance);
    }
    for (wire::Stand const& stand : stands) {
        PLIMSOLL_TRYV(need(book, AccountId{stand.account()}));
        auto const kind = static_cast<IndexKind>(stand.kind());
        if (!is_choice(kind, IndexKind::socialised_loss)) return fail(Errc::unknown_choice, "index");
        if (kind == IndexKind::funding) {
            PLIMSOLL_TRYV(need(book, InstrumentId{stand.subject()}));
        } else {
            PLIMSOLL_TRYV(need(book, AssetId{stand.subject()}));
        }
    }
    return outcome::success();
}

[[nodiscard]] LiquidationRow const* open_liquidation(Book const& book, std::uint64_t number) {
    LiquidationRow const* row = book.find_liquidation(number);
    return row != nullptr && row->ended_sequence == 0 ? row : nullptr;
}

// ---- one check a kind ----

[[nodiscard]] result<void> check(Book const& book, Transferred const& fact) {
    PLIMSOLL_TRYV(need(book, fact.account));
    PLIMSOLL_TRYV(need(book, fact.counter));
    PLIMSOLL_TRYV(need(book, fact.asset));
    if (fact.instrument.is_some()) {
        PLIMSOLL_TRYV(need(book, fact.instrument));
    }
    if (fact.account == fact.counter) return fail(Errc::accounts_must_differ);
    bool const is_deposit = fact.type == TransferType::deposit;
    if (is_deposit || fact.type == TransferType::withdrawal) {
        if (book.account(fact.counter).kind != wire::AccountKind::outside) return fail(Errc::counter_must_be_outside);
        Int128 const amount = fact.amount.units();
        if (is_deposit ? amount <= 0 : amount >= 0) return fail(Errc::amount_sign_disagrees);
    }
    PLIMSOLL_TRYV(check_fee_account(book, fact.fee_account, !fact.fee.is_zero()));
    if (!is_choice(fact.type, TransferType::adjustment)) return fail(Errc::unknown_choice, "type of transfer");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, Traded const& fact) {
    PLIMSOLL_TRYV(need(book, fact.buyer));
    PLIMSOLL_TRYV(need(book, fact.seller));
    PLIMSOLL_TRYV(need(book, fact.asset));
    PLIMSOLL_TRYV(need(book, fact.instrument));
    if (fact.buyer == fact.seller) return fail(Errc::accounts_must_differ);
    bool const has_fee = !fact.buyer_fee.is_zero() || !fact.seller_fee.is_zero();
    PLIMSOLL_TRYV(check_fee_account(book, fact.fee_account, has_fee));
    if (fact.size.units() <= 0) return fail(Errc::size_must_be_positive);
    InstrumentRow const& instrument = book.instrument(fact.instrument);
    bool const is_spot = instrument.kind == wire::InstrumentKind::spot;
    bool const assets_agree = is_spot ? fact.asset == instrument.quote && fact.base == instrument.base
                                      : fact.asset == instrument.settle && !fact.base.is_some();
    if (!assets_agree || (fact.booking == Booking::spot) != is_spot) return fail(Errc::booking_disagrees);
    if (fact.price.is_negative()) return fail(Errc::price_must_be_positive);
    if (!is_choice(fact.booking, Booking::spot) || !is_choice(fact.kind, TradeKind::settlement) ||
        !is_choice(fact.taker, Taker::seller)) {
        return fail(Errc::unknown_choice, "kind of trade");
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, Observed const& fact) {
    if (fact.kind == Observation::asset_price) {
        PLIMSOLL_TRYV(need(book, AssetId{fact.subject}));
    } else {
        PLIMSOLL_TRYV(need(book, InstrumentId{fact.subject}));
    }
    if (fact.feed != 0 && !book.feeds.has(fact.feed)) return fail(Errc::unknown_feed, number_text(fact.feed));
    if (!is_choice(fact.kind, Observation::forward_settled)) return fail(Errc::unknown_choice, "observation");
    if (fact.value.is_negative() && fact.kind != Observation::rate) return fail(Errc::price_must_be_positive);
    if (!within(fact.value.units(), event_limit_units)) return fail(Errc::amount_overflow);
    if (fact.confidence.is_negative() || fact.confidence > Ratio::whole(1)) {
        return fail(Errc::confidence_out_of_range);
    }
    return outcome::success();
}

[[nodiscard]] result<void> check_index(Book const& book, IndexKind kind, std::uint32_t subject) {
    if (kind == IndexKind::funding) {
        PLIMSOLL_TRYV(need(book, InstrumentId{subject}));
    } else {
        PLIMSOLL_TRYV(need(book, AssetId{subject}));
    }
    if (!is_choice(kind, IndexKind::socialised_loss)) return fail(Errc::unknown_choice, "index");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, IndexRecorded const& fact) {
    PLIMSOLL_TRYV(check_index(book, fact.kind, fact.subject));
    if (!within(fact.value.units(), event_limit_units)) return fail(Errc::amount_overflow);
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, IndexMet const& fact) {
    PLIMSOLL_TRYV(need(book, fact.account));
    PLIMSOLL_TRYV(need(book, fact.counter));
    PLIMSOLL_TRYV(need(book, fact.asset));
    PLIMSOLL_TRYV(check_index(book, fact.kind, fact.subject));
    if (fact.account == fact.counter) return fail(Errc::accounts_must_differ);
    bool const is_funding = fact.kind == IndexKind::funding;
    AssetId const met_in = is_funding ? book.instruments[fact.subject].settle : AssetId{fact.subject};
    if (fact.asset != met_in) return fail(Errc::booking_disagrees, "the index is met in another asset");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, PositionSettled const& fact) {
    PLIMSOLL_TRYV(need(book, fact.account));
    PLIMSOLL_TRYV(need(book, fact.counter));
    PLIMSOLL_TRYV(need(book, fact.asset));
    PLIMSOLL_TRYV(need(book, fact.instrument));
    if (fact.account == fact.counter) return fail(Errc::accounts_must_differ);
    if (book.instrument(fact.instrument).settle != fact.asset) return fail(Errc::booking_disagrees);
    if (!is_choice(fact.type, SettlementType::transfer)) return fail(Errc::unknown_choice, "settlement");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, AssetDefined const& fact) {
    PLIMSOLL_TRYV(check_name(fact.name, book.find_asset(fact.name).has_value()));
    if (fact.decimals > fixed_decimals) return fail(Errc::decimals_out_of_range, std::to_string(fact.decimals));
    if (!is_choice(fact.kind, wire::AssetKind::MAX)) return fail(Errc::unknown_choice, "kind of asset");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, InstrumentDefined const& fact) {
    if (fact.market_account != 0) {
        PLIMSOLL_TRYV(need(book, AccountId{fact.market_account}));
    }
    PLIMSOLL_TRYV(need(book, AssetId{fact.base}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.quote}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.settle}));
    PLIMSOLL_TRYV(check_name(fact.name, book.find_instrument(fact.name).has_value()));
    if (units(fact.multiplier_numerator) <= 0 || units(fact.multiplier_denominator) <= 0) {
        return fail(Errc::multiplier_must_be_positive);
    }
    if (!is_choice(fact.kind, wire::InstrumentKind::MAX) || !is_choice(fact.payoff, wire::Payoff::MAX) ||
        !is_choice(fact.side, wire::OptionSide::MAX) || !is_choice(fact.exercise, wire::Exercise::MAX)) {
        return fail(Errc::unknown_choice, "kind of instrument");
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, SourceDefined const& fact) {
    PLIMSOLL_TRYV(check_name(fact.name, book.find_source(fact.name).has_value()));
    if (!is_choice(fact.kind, wire::SourceKind::MAX)) return fail(Errc::unknown_choice, "kind of source");
    if (book.sources.size() >= 65'535) return fail(Errc::table_full, "sources");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, FeedDefined const& fact) {
    PLIMSOLL_TRYV(check_name(fact.name, book.find_feed(fact.name).has_value()));
    if (book.feeds.size() >= 65'535) return fail(Errc::table_full, "feeds");
    return outcome::success();
}

[[nodiscard]] ChainRow const* find_chain(Book const& book, std::string_view name) {
    for (ChainRow const& row : book.chains.rows()) {
        if (row.name.view() == name) return &row;
    }
    return nullptr;
}

[[nodiscard]] result<void> check(Book const& book, ChainDefined const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    return check_name(fact.name, find_chain(book, fact.name) != nullptr);
}

[[nodiscard]] result<void> check(Book const& book, BlockRecorded const& fact) {
    ChainRow const* chain = find_chain(book, fact.chain);
    if (chain == nullptr) return fail(Errc::unknown_chain, fact.chain);
    if (fact.number <= chain->block) return fail(Errc::block_does_not_follow, std::to_string(fact.number));
    bool const is_next = fact.number == chain->block + 1;
    if (is_next && chain->block != 0 && std::memcmp(&fact.parent, chain->block_hash.data(), sizeof(Hash)) != 0) {
        return fail(Errc::block_does_not_follow, std::to_string(fact.number));
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, AccountOpened const& fact) {
    if (fact.parent != 0) {
        PLIMSOLL_TRYV(need(book, AccountId{fact.parent}));
    }
    PLIMSOLL_TRYV(check_name(fact.name, book.find_account(fact.name).has_value()));
    if (!is_choice(fact.kind, wire::AccountKind::MAX)) return fail(Errc::unknown_choice, "kind of account");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, OpeningEntered const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    return check_legs(book, fact.legs, fact.stands);
}

template <class Fact> [[nodiscard]] result<void> check_correction(Book const& book, Fact const& fact) {
    PLIMSOLL_TRYV(check_legs(book, fact.legs, fact.stands));
    if (fact.sequence == 0 || fact.sequence > book.sequence()) {
        return fail(Errc::unknown_sequence, number_text(fact.sequence));
    }
    return outcome::success();
}
[[nodiscard]] result<void> check(Book const& book, Corrected const& fact) { return check_correction(book, fact); }
[[nodiscard]] result<void> check(Book const& book, Reversed const& fact) { return check_correction(book, fact); }

/// They are only told: nothing is booked from them.
[[nodiscard]] result<void> check_figures(Book const& book, std::vector<wire::Figure> const& figures) {
    for (wire::Figure const& figure : figures) {
        if (!is_choice(static_cast<wire::FigureKind>(figure.kind()), wire::FigureKind::MAX)) return fail(Errc::unknown_choice, "figure");
        if (figure.subject() != 0) {
            PLIMSOLL_TRYV(need(book, AssetId{figure.subject()}));
        }
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, LiquidationStarted const& fact) {
    PLIMSOLL_TRYV(check_figures(book, fact.figures));
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.asset}));
    if (fact.liquidation == 0) return fail(Errc::unknown_liquidation, "0");
    bool const taken = book.account(AccountId{fact.account}).in_liquidation != 0 ||
                       book.find_liquidation(fact.liquidation) != nullptr;
    if (taken) return fail(Errc::liquidation_already_open, std::to_string(fact.liquidation));
    return outcome::success();
}

[[nodiscard]] result<void> check_liquidation(Book const& book, std::uint64_t id, std::uint32_t account) {
    LiquidationRow const* row = open_liquidation(book, id);
    if (row == nullptr || row->account.number() != account) return fail(Errc::unknown_liquidation, std::to_string(id));
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, LiquidationBid const& fact) {
    PLIMSOLL_TRYV(check_figures(book, fact.figures));
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AccountId{fact.bidder}));
    return check_liquidation(book, fact.liquidation, fact.account);
}

[[nodiscard]] result<void> check(Book const& book, LiquidationEnded const& fact) {
    PLIMSOLL_TRYV(check_figures(book, fact.figures));
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(check_liquidation(book, fact.liquidation, fact.account));
    if (!is_choice(fact.outcome, wire::LiquidationOutcome::MAX)) return fail(Errc::unknown_choice, "outcome");
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, BadDebtRecognised const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.asset}));
    if (book.find_loss(fact.loss) != nullptr) return fail(Errc::name_taken, "loss " + std::to_string(fact.loss));
    PLIMSOLL_TRYV(need_positive(units(fact.amount)));
    if (!has_room(units(fact.amount), book.assets[fact.asset].bad_debt.units())) return fail(Errc::amount_overflow);
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, WaterfallPaid const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AccountId{fact.payer}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.asset}));
    if (fact.account == fact.payer) return fail(Errc::accounts_must_differ);
    LossRow const* loss = book.find_loss(fact.loss);
    if (loss == nullptr) return fail(Errc::unknown_sequence, "loss " + std::to_string(fact.loss));
    PLIMSOLL_TRYV(need_positive(units(fact.amount)));
    if (!is_choice(fact.layer, wire::Layer::MAX)) return fail(Errc::unknown_choice, "layer");
    if (loss->asset.number() != fact.asset) return fail(Errc::booking_disagrees, "the loss is in another asset");
    if (units(fact.amount) > loss->open().units()) {
        return fail(Errc::loss_overpaid, "loss " + std::to_string(fact.loss));
    }
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const& book, LossSocialised const& fact) {
    PLIMSOLL_TRYV(need(book, AssetId{fact.asset}));
    return need_positive(units(fact.amount));
}

[[nodiscard]] result<void> check(Book const& book, AutoDeleveraged const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AccountId{fact.counterparty}));
    return need(book, InstrumentId{fact.instrument});
}

[[nodiscard]] result<void> check(Book const& book, PoolMoved const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    PLIMSOLL_TRYV(need(book, AccountId{fact.pool}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.asset}));
    PLIMSOLL_TRYV(need(book, AssetId{fact.share_asset}));
    if (fact.account == fact.pool) return fail(Errc::accounts_must_differ);
    return outcome::success();
}

[[nodiscard]] result<void> check(Book const&, BreakerTripped const& fact) {
    PLIMSOLL_TRYV(Name::from(fact.breaker));
    return check_optional_name(fact.scope);
}

[[nodiscard]] result<void> check(Book const& book, BreakerReleased const& fact) {
    for (BreakerRow const& row : book.breakers.rows()) {
        if (row.name.view() == fact.breaker && row.scope.view() == fact.scope && row.tripped != 0) {
            return outcome::success();
        }
    }
    return fail(Errc::unknown_breaker, fact.breaker);
}

[[nodiscard]] result<void> check(Book const&, ParameterSet const& fact) {
    PLIMSOLL_TRYV(Name::from(fact.name));
    return check_optional_name(fact.scope);
}

[[nodiscard]] result<void> check(Book const&, PresetAdopted const& fact) {
    PLIMSOLL_TRYV(Name::from(fact.name));
    PLIMSOLL_TRYV(check_optional_name(fact.scope));
    return check_optional_name(fact.version);
}

[[nodiscard]] result<void> check(Book const&, ForecastRecorded const&) { return outcome::success(); }

[[nodiscard]] result<void> check(Book const& book, CreditChanged const& fact) {
    PLIMSOLL_TRYV(need(book, AccountId{fact.account}));
    return need(book, AssetId{fact.asset});
}

[[nodiscard]] result<void> check(Book const&, Quarantined const&) { return outcome::success(); }

[[nodiscard]] result<void> check(Book const& book, CheckpointTaken const& fact) {
    if (fact.sequence > book.sequence()) return fail(Errc::unknown_sequence, number_text(fact.sequence));
    return outcome::success();
}

// ---- what is decided besides the fact ----

/// The fact comes after what it triggered, which names its sequence as the cause.
void name_cause(Book const& book, std::vector<Event>& decided, std::size_t first) {
    std::uint64_t const trigger = book.sequence() + (decided.size() - first);
    for (std::size_t i = first; i + 1 < decided.size(); ++i) decided[i].origin.cause_sequence = trigger;
}

template <class Fact>
[[nodiscard]] result<void> derive(Book const&, Origin const&, Fact const&, std::vector<Event>&) {
    return outcome::success();
}

[[nodiscard]] result<void> derive(Book const& book, Origin const& origin, Traded& fact, std::vector<Event>& decided) {
    if (fact.booking == Booking::spot) return outcome::success();
    Index const now = book.instrument(fact.instrument).funding_index;
    if (!fact.index.is_zero() && fact.index != now) return fail(Errc::funding_index_disagrees);
    fact.index = now;
    PLIMSOLL_TRYV(meet_funding(book, origin, fact.buyer, fact.instrument, Empty::stays, decided));
    return meet_funding(book, origin, fact.seller, fact.instrument, Empty::stays, decided);
}

[[nodiscard]] result<void> derive(Book const& book, Origin const& origin, PositionSettled& fact,
                                  std::vector<Event>& decided) {
    if (fact.size.is_zero()) return outcome::success();
    PLIMSOLL_TRYV(meet_funding(book, origin, fact.account, fact.instrument, Empty::meets, decided));
    return meet_funding(book, origin, fact.counter, fact.instrument, Empty::meets, decided);
}

} // namespace

result<void> decide(Book const& book, Event const& ask, std::vector<Event>& decided) {
    return decide(book, ask, decided, decided.size());
}

result<void> decide(Book const& book, Event const& ask, std::vector<Event>& decided, std::size_t foreseen) {
    PLIMSOLL_TRYV(check_origin(book, ask.origin));
    result<void> verdict = outcome::success();
    std::size_t const first = decided.size();
    std::visit(
        [&](auto const& asked) {
            if constexpr (std::is_same_v<std::decay_t<decltype(asked)>, RareFact>) {
                visit_rare(*asked, [&](auto const& fact) {
                    verdict = check(book, fact);
                    if (verdict) verdict = check_limits(book, fact);
                });
                if (verdict) decided.push_back(ask);
            } else {
                auto fact = asked;
                verdict = check(book, fact);
                if (verdict) verdict = derive(book, ask.origin, fact, decided);
                if (verdict) verdict = check_limits(book, fact);
                if (verdict) decided.push_back({ask.origin, fact});
            }
        },
        ask.body);
    if (verdict) leave_out_what_is_met(decided, foreseen, first);
    if (verdict) verdict = meet_interest(book, ask.origin, foreseen, first, decided);
    if (!verdict) {
        decided.resize(first);
        return verdict;
    }
    name_cause(book, decided, first);
    return verdict;
}

} // namespace plimsoll::book
