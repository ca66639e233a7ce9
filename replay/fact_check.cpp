#include "replay/fact_check.hpp"

#include "ledger/book/postings.hpp"
#include "replay/mentions.hpp"

namespace plimsoll::replay {

void FactCheck::check(std::uint64_t sequence, Event const& event, std::vector<Finding>& findings) {
    visit_body(event.body, [&](auto const& fact) {
        leg_sums_.clear();
        book::post(fact, leg_sums_);
        if (!leg_sums_.are_zero()) findings.push_back({"the legs of an event do not sum to zero", "event #" + std::to_string(sequence)});
        for_entities(fact, [&](std::uint32_t entity) { mentions_.push_back(store::mention(entity, sequence)); });
    });
    if (sequence % store::epoch_events != 0) return;
    std::uint32_t const epoch = store::epoch_of(sequence);
    if (epoch < epochs_) compare_epoch(epoch, findings);
    mentions_.clear();
}

void FactCheck::compare_epoch(std::uint32_t epoch, std::vector<Finding>& findings) {
    ++compared_;
    auto const stored = store::epoch_text(store_, epoch);
    if (!stored) {
        findings.push_back(finding_of(stored.error()));
    } else if (stored.value() != store::epoch_text_of(mentions_)) {
        findings.push_back({"the history index differs from the log", "epoch " + std::to_string(epoch)});
    }
}

} // namespace plimsoll::replay
