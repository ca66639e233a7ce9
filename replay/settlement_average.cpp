#include "replay/settlement_average.hpp"

#include <algorithm>

namespace plimsoll::replay {

result<risk::SettlementAverage> settlement_average(Reader const& reader, book::Book const& book, InstrumentId instrument,
                                                   TimeNs window_ns) {
    book::InstrumentRow const& row = book.instrument(instrument);
    TimeNs const from = row.expiry - window_ns;
    risk::SettlementAverage average(from, row.expiry);
    bool const by_index = row.index_price.is_some();
    auto is_of_it = [&](Observed const& seen) {
        return by_index ? seen.kind == Observation::index_price && InstrumentId{seen.subject} == instrument
                        : seen.kind == Observation::asset_price && AssetId{seen.subject} == row.base;
    };
    PLIMSOLL_TRY(first, reader.sequence_at(from));
    PLIMSOLL_TRY(start, reader.at(first));
    if (start.book.has(instrument)) {
        book::Reading const& last = by_index ? start.book.instrument(instrument).index_price : start.book.asset(row.base).price;
        if (last.is_some()) average.add(last.time, last.value);
    }
    TimeNs time = start.book.time();
    PLIMSOLL_TRYV(reader.for_events(first + 1, book.sequence(), [&](std::uint64_t, Event const& event) {
        time = std::max(time, event.origin.source_time);
        if (auto const* const seen = std::get_if<Observed>(&event.body); seen != nullptr && is_of_it(*seen)) average.add(time, seen->value);
        return time < row.expiry;
    }));
    return average;
}

} // namespace plimsoll::replay
