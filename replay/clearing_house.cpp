#include "replay/clearing_house.hpp"

#include "replay/moment.hpp"
#include "risk/valuation.hpp"

#include <algorithm>

namespace plimsoll::replay {
namespace {

constexpr std::string_view margin_scope = "margin";

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
    std::unique_ptr<ClearingHouse> house(new ClearingHouse);
    PLIMSOLL_TRY(engine, Engine::open(directory, options));
    house->engine_ = std::move(engine);
    PLIMSOLL_TRYV(house->adopt_preset(directory));
    house->clearing_.emplace(house->book(), house->desk_.get());
    return house;
}

book::Book const& ClearingHouse::book() const { return engine_->book(); }

result<void> ClearingHouse::adopt_preset(std::filesystem::path const& directory) {
    auto const& rows = book().presets.rows();
    auto const row = std::ranges::find_if(rows, [](auto const& each) { return each.scope.view() == margin_scope; });
    if (row == rows.end()) return outcome::success();
    std::string body;
    PLIMSOLL_TRY(reader, Reader::open(directory));
    PLIMSOLL_TRYV(reader->for_events(row->sequence, row->sequence, [&](std::uint64_t, Event const& event) {
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, PresetAdopted>) body = fact.body;
        });
        return false;
    }));
    PLIMSOLL_TRY(preset, risk::Preset::parse(body, "the preset of event #" + std::to_string(row->sequence)));
    auto const asset = risk::default_valuation_asset(book());
    if (!asset) return outcome::success(); // without assets there is nothing to trade
    desk_ = std::make_unique<risk::MarginDesk>(book(), std::move(preset), *asset);
    return outcome::success();
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

/// Books the decision's events as one record, and shows them to the desk.
result<Receipt> ClearingHouse::book_group() {
    auto const receipt = engine_->submit(decision_.events);
    if (!receipt && desk_) desk_->forget();
    if (receipt && desk_) {
        for (Event const& event : decision_.events) desk_->saw(event);
    }
    return receipt;
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
    PLIMSOLL_TRYV(clearing_->decide(command, origin, decision_));
    if (decision_.events.empty()) return outcome::success();
    PLIMSOLL_TRY(receipt, book_group());
    answer.first_sequence = receipt.first_sequence;
    answer.last_sequence = receipt.first_sequence + receipt.count - 1;
    return outcome::success();
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
    answer.refusal = verdict.error();
    answer.first_sequence = answer.last_sequence = 0;
    return outcome::success();
}

} // namespace plimsoll::replay
