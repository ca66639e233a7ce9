#include "replay/clearing_house.hpp"

#include "ledger/book/interest.hpp"
#include "replay/adopted_preset.hpp"
#include "replay/bridge_recall.hpp"
#include "replay/follow_again.hpp"
#include "replay/settlement_average.hpp"
#include "risk/adoption.hpp"
#include "risk/valuation.hpp"

#include <algorithm>
#include <set>

namespace plimsoll::replay {
namespace {

/// Whether a rule said no; else the world failed.
[[nodiscard]] bool is_refusal(Error const& error) {
    std::string_view const room = error.rule().room;
    return room == "risk" || room == "book" || room == "event" || error.is(Errc::record_late) ||
           error.is(Errc::record_conflicts);
}

} // namespace

ClearingHouse::~ClearingHouse() = default;

result<std::unique_ptr<ClearingHouse>> ClearingHouse::open(std::filesystem::path const& directory,
                                                           EngineOptions const& options) {
    PLIMSOLL_TRY(engine, Engine::open(directory, options));
    std::unique_ptr<ClearingHouse> house(new ClearingHouse(std::move(engine)));
    PLIMSOLL_TRYV(house->adopt_presets(directory));
    PLIMSOLL_TRYV(house->recall_liquidations(directory));
    house->directory_ = directory;
    house->clearing_.emplace(house->book(), house->desk_.get());
    if (house->clearing_preset_) {
        auto const quote = risk::default_valuation_asset(house->book());
        house->safeguards_ = std::make_unique<risk::Safeguards>(house->book(), *house->clearing_preset_, quote.value_or(AssetId{}));
    }
    if (house->bridge_preset_) {
        auto const* const clearing = house->clearing_preset_ ? &*house->clearing_preset_ : nullptr;
        house->bridges_ = std::make_unique<risk::Bridges>(house->book(), *house->bridge_preset_, clearing);
    }
    PLIMSOLL_TRYV(house->recall_watchers());
    house->engine_->watch([watching = house.get()](Event const& event, book::Book const& after) {
        watching->interest_.follow(event, after);
        if (watching->safeguards_) watching->safeguards_->follow(event, after);
        if (watching->credit_) watching->credit_->follow(event, after);
        if (watching->bridges_) watching->bridges_->follow(event, after);
        for (auto& [pool, desk] : watching->pools_) desk.follow(after.sequence(), event);
    }, [watching = house.get()](Event const& event, book::Book const& before) {
        if (watching->credit_) watching->credit_->precede(event, before);
    });
    if (house->desk_) {
        auto const* const clearing = house->clearing_preset_ ? &*house->clearing_preset_ : nullptr;
        house->liquidations_.emplace(house->book(), *house->desk_, clearing);
        house->auctions_.emplace(house->book(), *house->desk_, clearing);
        house->collateral_sale_.emplace(house->book(), *house->desk_, clearing);
        house->ramped_sale_.emplace(house->book(), *house->desk_, clearing);
        house->vault_sale_.emplace(house->book(), *house->desk_, clearing);
        house->vault_sale_->ask_for_deeds([self = house.get()](AccountId account) { return self->last_deed_of(account); });
        house->ramped_sale_->ask_for_deeds([self = house.get()](AccountId account) { return self->last_deed_of(account); });
    }
    return house;
}

book::Book const& ClearingHouse::book() const { return engine_->book(); }

result<void> ClearingHouse::adopt_presets(std::filesystem::path const& directory) {
    if (book().presets.size() == 0) return outcome::success();
    PLIMSOLL_TRY(reader, Reader::open(directory));
    PLIMSOLL_TRY(margin, adopted_preset(*reader, book(), risk::margin_scope));
    if (margin) {
        PLIMSOLL_TRY(preset, risk::Preset::parse(margin->body, margin->place()));
        // strikes are in the quote, whatever most series are settled in
        auto const quoted = preset.kernel() == risk::Kernel::naked_bound ? risk::most_quoted_asset(book()) : std::nullopt;
        auto const asset = quoted ? quoted : risk::default_valuation_asset(book());
        // without assets there is nothing to trade
        if (asset) desk_ = std::make_unique<risk::MarginDesk>(book(), std::move(preset), *asset);
    }
    PLIMSOLL_TRY(clearing, adopted_preset(*reader, book(), risk::clearing_scope));
    if (clearing) {
        PLIMSOLL_TRY(preset, risk::ClearingPreset::parse(clearing->body, clearing->place()));
        clearing_preset_ = std::move(preset);
    }
    PLIMSOLL_TRY(credit, adopted_preset(*reader, book(), risk::credit_scope));
    if (credit) credit_ = std::make_unique<risk::CreditHistory>();
    PLIMSOLL_TRY(bridge, bridge_preset_in_force(*reader, book()));
    bridge_preset_ = std::move(bridge);
    return open_pools(*reader);
}

result<std::uint16_t> ClearingHouse::source_of(CommandStamp const& stamp) {
    if (auto const known = book().find_source(stamp.source)) return *known;
    SourceDefined fact;
    fact.name = stamp.source;
    fact.kind = wire::SourceKind::operator_;
    Event event;
    event.origin.cause = Cause::definition;
    event.origin.source_time = std::max(stamp.time, book().time());
    event.body = rare(fact);
    PLIMSOLL_TRYV(engine_->submit(event));
    return *book().find_source(stamp.source);
}

/// What the events of liquidations that are still open add up to: a process that ended in the middle of
/// one left it for the next.
result<void> ClearingHouse::recall_liquidations(std::filesystem::path const& directory) {
    std::unique_ptr<Reader> reader;
    for (book::LiquidationRow const& row : book().liquidations.rows()) {
        if (row.ended_sequence != 0) continue;
        if (!reader) {
            PLIMSOLL_TRY(opened, Reader::open(directory));
            reader = std::move(opened);
        }
        risk::OpenLiquidation open;
        open.id = row.id;
        open.account = row.account;
        open.started_sequence = row.started_sequence;
        PLIMSOLL_TRYV(reader->for_account_events(row.account, row.started_sequence, book().sequence(),
                                                 [&](std::uint64_t, Event const& event) {
                                                     risk::recall(open, event);
                                                     return true;
                                                 }));
        open_[row.account] = open;
    }
    return outcome::success();
}

/// What those who watch the log have seen of it: they say the same after a ledger was closed and opened again.
result<void> ClearingHouse::recall_watchers() {
    are_watchers_stale_ = false;
    interest_.forget();
    if (safeguards_) safeguards_->forget();
    if (bridges_) bridges_->forget();
    bool const is_watched = safeguards_ || credit_ || bridges_ || !pools_.empty() || interest_.has_begun();
    if (!is_watched) return outcome::success();
    PLIMSOLL_TRYV(engine_->commit());
    if (book().sequence() == 0) return outcome::success();
    PLIMSOLL_TRY(reader, Reader::open(directory_)); // one for all
    PLIMSOLL_TRYV(recall_pools(*reader));
    if (credit_) {
        PLIMSOLL_TRYV(recall_credit(*reader, credit_->tracked()));
    }
    if (safeguards_) {
        PLIMSOLL_TRYV(recall_safeguards(*reader));
    }
    if (bridges_) {
        PLIMSOLL_TRYV(recall_bridges(*reader, book(), *bridges_));
    }
    if (interest_.has_begun()) {
        PLIMSOLL_TRYV(recall_interest(*reader));
    }
    return outcome::success();
}

/// From the last accrual of each asset on: it carries its totals.
result<void> ClearingHouse::recall_interest(Reader const& reader) {
    std::set<std::uint32_t> missing;
    for (std::uint32_t id = 1; id <= book().assets.size(); ++id) {
        if (book::has_interest(book().assets[id])) missing.insert(id);
    }
    std::uint64_t first = book().sequence() + 1;
    for (std::uint64_t step = 1'000; !missing.empty() && first > 1; step *= 2) {
        std::uint64_t const last = first - 1;
        first = last > step ? last - step + 1 : 1;
        PLIMSOLL_TRYV(reader.for_events(first, last, [&](std::uint64_t, Event const& event) {
            auto const* const index = std::get_if<IndexRecorded>(&event.body);
            if (index != nullptr && index->kind == IndexKind::supply_interest) missing.erase(index->subject);
            return true;
        }));
    }
    return follow_again(reader, first - 1, reader.log_size(), interest_);
}

/// The log as far back as any window looks, and where each breaker was last seen to move.
result<void> ClearingHouse::recall_safeguards(Reader const& reader) {
    PLIMSOLL_TRY(last_before, reader.sequence_at(book().time() - safeguards_->memory_ns() - 1));
    std::uint64_t const first = last_before == 0 ? 0 : last_before - 1; // one more: what stood when the window began
    PLIMSOLL_TRYV(follow_again(reader, first, reader.log_size(), *safeguards_));
    safeguards_->forget_board();
    auto recall = [&](std::uint64_t sequence) {
        return reader.for_events(sequence, sequence, [&](std::uint64_t, Event const& event) {
            visit_body(event.body, [&](auto const& fact) {
                if constexpr (requires { safeguards_->recall(fact, TimeNs{}); }) safeguards_->recall(fact, event.origin.source_time);
                if constexpr (requires { safeguards_->recall(fact); }) safeguards_->recall(fact);
            });
            return false;
        });
    };
    for (book::BreakerRow const& row : book().breakers.rows()) {
        PLIMSOLL_TRYV(recall(row.sequence));
    }
    for (book::ParameterRow const& row : book().parameters.rows()) {
        if (row.scope.view() != risk::capacity_scope) continue;
        PLIMSOLL_TRYV(recall(row.sequence));
    }
    return outcome::success();
}

/// Trips and releases are records of their own: the metric that moved them names its event as the cause.
result<void> ClearingHouse::append_steps() {
    while (safeguards_->has_steps()) {
        for (risk::BreakerStep& step : safeguards_->take_steps()) {
            Origin origin;
            origin.source_time = std::max(moment_, book().time());
            origin.cause = Cause::breaker;
            origin.cause_sequence = step.cause_sequence;
            PLIMSOLL_TRYV(engine_->submit(Event{origin, std::move(step.body)}));
        }
    }
    return outcome::success();
}

/// What time alone has moved is appended first, so that a refusal's reason is in the log.
result<void> ClearingHouse::admit(risk::Command const& command) {
    bool const only_asks = std::holds_alternative<risk::Check>(command) || std::holds_alternative<risk::Observe>(command);
    if (!only_asks) {
        PLIMSOLL_TRYV(safeguards_->look(moment_));
        PLIMSOLL_TRYV(append_steps());
    }
    PLIMSOLL_TRYV(safeguards_->admit(command, moment_, decision_));
    if (liquidations_) {
        liquidations_->allow_deleveraging(safeguards_->allows(risk::Operation::deleverage, moment_));
        liquidations_->limit(safeguards_->liquidated(), moment_);
    }
    return outcome::success();
}

/// Before whatever moves cash: what is held until now has earned what it earned, at what was lent until now.
result<void> ClearingHouse::bring_interest_up_to_date(risk::Command const& command) {
    bool const moves_no_cash = std::holds_alternative<risk::Check>(command) || std::holds_alternative<risk::Observe>(command) ||
                               std::holds_alternative<risk::Fund>(command) || std::holds_alternative<risk::Accrue>(command);
    if (moves_no_cash) return outcome::success();
    Origin origin;
    origin.source_time = moment_;
    origin.cause = Cause::pending_interest;
    for (std::uint32_t id = 1; id <= book().assets.size(); ++id) {
        if (!interest_.is_due(AssetId{id}, origin.source_time)) continue;
        risk::Decision accrual;
        PLIMSOLL_TRYV(interest_.accrue(AssetId{id}, origin, accrual));
        PLIMSOLL_TRYV(book_all(accrual.events));
    }
    return outcome::success();
}

/// Before all that an account has is moved.
result<void> ClearingHouse::meet_interest(AccountId account) {
    if (!interest_.has_begun() || !book().has(account)) return outcome::success();
    Origin origin;
    origin.source_time = std::max(moment_, book().time());
    origin.cause = Cause::pending_interest;
    risk::Decision met;
    PLIMSOLL_TRYV(interest_.meet(account, origin, met));
    if (met.events.empty()) return outcome::success();
    PLIMSOLL_TRYV(book_all(met.events));
    return outcome::success();
}

/// Before a pool's trade: funding as of now, at the skew that stood until now. Where it is all that was asked for, it is that
/// command's record.
result<void> ClearingHouse::bring_funding_up_to_date(risk::PerpetualPoolCommand const& command, Origin const& asked, Answer& answer) {
    bool const is_asked_for = std::holds_alternative<risk::AccruePoolFunding>(command.ask);
    Origin origin;
    origin.source_time = moment_;
    origin.cause = Cause::pending_funding;
    if (is_asked_for) origin = asked;
    risk::Decision due;
    PLIMSOLL_TRYV(clearing_->funding_due(command, origin, due));
    if (due.events.empty()) return outcome::success();
    PLIMSOLL_TRY(receipt, book_all(due.events));
    if (is_asked_for) {
        answer.first_sequence = receipt.first_sequence;
        answer.last_sequence = receipt.first_sequence + receipt.count - 1;
    }
    decision_.figures.insert(decision_.figures.end(), due.figures.begin(), due.figures.end());
    return outcome::success();
}

/// Without a price: the average of what was observed of the instrument's underlying before its expiry.
result<void> ClearingHouse::settle(risk::SettleExpiry ask, Origin const& origin, Answer& answer) {
    if (ask.price == risk::SettleExpiry::none && book().has(ask.instrument)) {
        book::InstrumentRow const& row = book().instrument(ask.instrument);
        if (row.expiry == 0) return fail(risk::Errc::instrument_never_expires);
        if (origin.source_time < row.expiry) return fail(risk::Errc::instrument_not_expired);
        PLIMSOLL_TRY(terms, risk::clearing_terms_of(book()));
        PLIMSOLL_TRYV(engine_->commit());
        PLIMSOLL_TRY(reader, Reader::open(directory_));
        PLIMSOLL_TRY(average, settlement_average(*reader, book(), ask.instrument, terms.settlement_window_ns));
        PLIMSOLL_TRY(price, average.average());
        decision_.say("observations", {}, static_cast<Int128>(average.observations()) * one_units);
        if (!price) return fail(risk::Errc::settlement_price_missing, std::string(row.name.view()));
        decision_.say("settlement_price", {}, price->units());
        ask.price = *price;
    }
    auto const said = decision_.figures;
    PLIMSOLL_TRYV(clearing_->decide(ask, origin, decision_));
    decision_.figures.insert(decision_.figures.begin(), said.begin(), said.end());
    if (decision_.events.empty()) return outcome::success();
    return book_group(answer);
}

/// As one record, shown to the desk.
result<Receipt> ClearingHouse::book_all(std::span<Event const> events) {
    auto const receipt = engine_->submit(events);
    if (!receipt && desk_) desk_->forget();
    if (!receipt) are_watchers_stale_ = true;
    PLIMSOLL_TRYV(receipt);
    if (desk_) {
        for (Event const& event : events) desk_->saw(event);
    }
    if (safeguards_ && safeguards_->has_steps()) {
        PLIMSOLL_TRYV(append_steps());
    }
    return receipt.value();
}

result<void> ClearingHouse::record(std::span<Event const> facts) {
    PLIMSOLL_TRYV(book_all(facts));
    return outcome::success();
}

result<void> ClearingHouse::book_group(Answer& answer) {
    auto const receipt = book_all(decision_.events);
    PLIMSOLL_TRYV(receipt);
    if (answer.first_sequence == 0) answer.first_sequence = receipt.value().first_sequence;
    answer.last_sequence = receipt.value().first_sequence + receipt.value().count - 1;
    return outcome::success();
}

/// Each step is a record of its own, at the next minor cursor: what one decides stands on the ones before.
result<void> ClearingHouse::liquidate(risk::Liquidate const& ask, Origin& origin, Answer& answer) {
    if (!liquidations_) return fail(risk::Errc::no_margin_rule);
    PLIMSOLL_TRYV(gather_from_chains(ask.account));
    if (risk::Sale* const sale = sale_of(ask.account)) return sell(*sale, ask, origin, answer);
    AccountId liquidator = ask.liquidator;
    if (risk::closes_on_book(desk_->preset().kernel())) {
        PLIMSOLL_TRY(found, risk::account_of_kind(book(), ask.liquidator, wire::AccountKind::liquidator));
        liquidator = found;
    }
    auto book_step = [&]() -> result<void> {
        PLIMSOLL_TRYV(book_group(answer));
        ++origin.cursor.minor;
        decision_.events.clear();
        return outcome::success();
    };
    auto known = open_.find(ask.account);
    if (known == open_.end()) {
        PLIMSOLL_TRY(open, liquidations_->start(ask.account, liquidator, origin, decision_));
        if (open.is_auction) {
            PLIMSOLL_TRYV(auctions_->open(open, origin, decision_));
        }
        PLIMSOLL_TRYV(book_step());
        known = open_.emplace(ask.account, open).first;
        if (open.is_auction) return outcome::success();
    }
    PLIMSOLL_TRYV(meet_interest(ask.account));
    risk::OpenLiquidation& open = known->second;
    open.liquidator = liquidator;
    origin.cause = Cause::liquidation;
    origin.cause_sequence = open.started_sequence;
    if (open.is_auction) {
        risk::OpenLiquidation next = open; // kept only once it is booked
        PLIMSOLL_TRY(is_over, auctions_->look_again(next, origin, decision_));
        PLIMSOLL_TRYV(book_step());
        open = next;
        if (is_over) open_.erase(known);
        return outcome::success();
    }
    for (risk::CloseStep step{}; step != risk::CloseStep::ended;) {
        PLIMSOLL_TRY(done, liquidations_->close_step(open, origin, decision_));
        step = done;
        if (step == risk::CloseStep::limited) return liquidations_->limited(ask.account);
        if (step == risk::CloseStep::paced) return fail(risk::Errc::liquidation_paced, std::string(book().account(ask.account).name.view()));
        PLIMSOLL_TRYV(book_step());
    }
    open_.erase(known);
    return outcome::success();
}

result<void> ClearingHouse::bid(risk::Bid const& ask, Origin origin, Answer& answer) {
    if (!auctions_) return fail(risk::Errc::no_margin_rule);
    auto const known = open_.find(ask.account);
    if (known == open_.end() || !known->second.is_auction) return fail(risk::Errc::auction_not_ongoing);
    PLIMSOLL_TRYV(meet_interest(ask.account));
    PLIMSOLL_TRYV(meet_interest(ask.bidder));
    origin.cause = Cause::liquidation;
    origin.cause_sequence = known->second.started_sequence;
    risk::OpenLiquidation next = known->second; // kept only once it is booked
    risk::Sale* const sale = sale_of(ask.account);
    PLIMSOLL_TRY(is_over, sale != nullptr ? sale->bid(next, ask, origin, decision_) : auctions_->bid(next, ask, origin, decision_));
    PLIMSOLL_TRYV(book_group(answer));
    known->second = next;
    if (is_over) open_.erase(known);
    return outcome::success();
}

result<void> ClearingHouse::run(risk::Command const& command, CommandStamp const& stamp, Answer& answer) {
    Origin origin;
    origin.source_time = stamp.time == 0 ? book().time() : stamp.time;
    origin.cursor = {stamp.id, 0};
    origin.record = stamp.record;
    origin.cause = Cause::command;
    PLIMSOLL_TRY(source, source_of(stamp));
    origin.source = source;
    bool const books_something = !std::holds_alternative<risk::Check>(command);
    if (books_something && book().sources[source].cursor >= origin.cursor) {
        PLIMSOLL_TRY(known, engine_->known(Event{origin, {}}));
        PLIMSOLL_ASSERT(known); // a record at or below the cursor is there or refused
        answer.is_duplicate = true;
        answer.first_sequence = known->first_sequence;
        answer.last_sequence = known->first_sequence + known->count - 1;
        return outcome::success();
    }
    if (desk_) desk_->move_to(origin.source_time);
    moment_ = std::max(origin.source_time, book().time());
    if (are_watchers_stale_) {
        PLIMSOLL_TRYV(recall_watchers());
    }
    if (safeguards_) {
        PLIMSOLL_TRYV(admit(command));
    }
    if (interest_.has_begun()) {
        PLIMSOLL_TRYV(bring_interest_up_to_date(command));
    }
    PLIMSOLL_TRYV(check_way(command));
    if (risk::is_credit_command(command)) return credit(command, origin, answer);
    if (auto const* moved = std::get_if<risk::BridgeCommand>(&command)) return bridge(*moved, origin, answer);
    if (auto const* asked = std::get_if<risk::PoolCommand>(&command)) return pool(*asked, origin, answer);
    if (!pools_.empty()) {
        PLIMSOLL_TRYV(keep_from_pools(command));
    }
    if (auto const* cash = std::get_if<risk::Accrue>(&command)) {
        PLIMSOLL_TRYV(interest_.accrue(cash->asset, origin, decision_));
        return decision_.events.empty() ? result<void>(outcome::success()) : book_group(answer);
    }
    if (auto const* expired = std::get_if<risk::SettleExpiry>(&command)) return settle(*expired, origin, answer);
    if (auto const* one = std::get_if<risk::Liquidate>(&command)) return liquidate(*one, origin, answer);
    if (auto const* offer = std::get_if<risk::Bid>(&command)) return bid(*offer, origin, answer);
    if (auto const* all = std::get_if<risk::LiquidateAll>(&command)) {
        if (!liquidations_) return fail(risk::Errc::no_margin_rule);
        std::vector<AccountId> due;
        for (auto const& [account, open] : open_) {
            if (!open.is_auction) due.push_back(account); // what a limit has stopped goes on first
        }
        std::ranges::copy(liquidations_->due(), std::back_inserter(due));
        std::ranges::copy(vault_sale_->due(origin), std::back_inserter(due));
        std::erase_if(due, [&](AccountId account) { return pools_.contains(account); });
        for (AccountId const account : due) {
            Origin next = origin;
            auto const done = liquidate({account, all->liquidator}, next, answer);
            origin.cursor = next.cursor;
            if (done) continue;
            decision_.events.clear();
            // Those before it, closed, were what pressed it (margin falls with open interest), or it was closed against them.
            bool const is_settled = done.error().is(risk::Errc::account_above_maintenance) || done.error().is(risk::Errc::nothing_to_liquidate);
            // One that there is no room for waits, and those behind it may still fit.
            bool const waits = done.error().is(risk::Errc::liquidation_limit_hit) || done.error().is(risk::Errc::liquidation_limited) ||
                               done.error().is(risk::Errc::liquidation_paced) || done.error().is(risk::Errc::price_older_than_account) ||
                               done.error().is(risk::Errc::auction_would_be_dust);
            if (waits) decision_.say("waits_for_room", account, one_units);
            if (!is_settled && !waits) return outcome::failure(done.error());
        }
        return outcome::success();
    }
    std::vector<risk::Figure> before;
    if (auto const* pooled = std::get_if<risk::PerpetualPoolCommand>(&command)) {
        PLIMSOLL_TRYV(bring_funding_up_to_date(*pooled, origin, answer));
        before = decision_.figures;
    }
    PLIMSOLL_TRYV(clearing_->decide(command, origin, decision_));
    decision_.figures.insert(decision_.figures.begin(), before.begin(), before.end());
    if (decision_.events.empty()) return outcome::success();
    if (credit_ && credit_->has_loans()) {
        PLIMSOLL_TRYV(keep_credit(command));
    }
    if (safeguards_) safeguards_->note(command, origin, decision_);
    return book_group(answer);
}

result<void> ClearingHouse::submit(risk::Command const& command, CommandStamp const& stamp, Answer& answer) {
    answer.refusal.reset();
    answer.is_duplicate = false;
    answer.first_sequence = 0;
    answer.last_sequence = 0;
    decision_.clear();
    auto const verdict = run(command, stamp, answer);
    std::swap(answer.figures, decision_.figures);
    if (verdict) return outcome::success();
    if (!is_refusal(verdict.error())) return outcome::failure(verdict.error());
    answer.refusal = verdict.error(); // what it booked before, if anything, stays and is told
    return outcome::success();
}

} // namespace plimsoll::replay
