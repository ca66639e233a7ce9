/// The two forms of an answer: JSON for programs, lines for people. Both end with their basis.
#pragma once

#include "replay/moment.hpp"
#include "risk/solvency.hpp"
#include "tools/text/json_writer.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace plimsoll::tools {

/// {"command": ..., what `body` writes, "quarantined": n, "basis": {...}, "build": ...}.
/// A state root that was not computed is null.
[[nodiscard]] std::string json_answer(std::string_view command, book::Book const& book, replay::Basis const& basis,
                                      std::function<void(JsonWriter&)> const& body);

/// The last lines for people: quarantined records, where there are any, and the basis.
[[nodiscard]] std::string people_foot(book::Book const& book, replay::Basis const& basis);

/// "after event #17,177 (2026-05-03T06:12:00Z)".
[[nodiscard]] std::string people_moment(std::uint64_t sequence, TimeNs time);
[[nodiscard]] inline std::string people_moment(replay::Basis const& basis) {
    return people_moment(basis.sequence, basis.time);
}

/// {"asset": ..., "amount": ...}: with at least the asset's own decimals.
void write_amount(JsonWriter& json, book::Book const& book, AssetId asset, Amount amount);
/// The digits alone.
[[nodiscard]] std::string json_amount(book::Book const& book, AssetId asset, Amount amount);

/// complete, unpriced[] and the price rule, as fields of the object under way.
void write_pricing(JsonWriter& json, book::Book const& book, bool complete,
                   std::vector<risk::UnpricedSubject> const& unpriced);
/// "Not complete: ..." a line for each, nothing where all is priced.
[[nodiscard]] std::string people_unpriced(book::Book const& book, std::vector<risk::UnpricedSubject> const& unpriced);
[[nodiscard]] std::string_view reason_text(risk::Unpriced reason);

} // namespace plimsoll::tools
