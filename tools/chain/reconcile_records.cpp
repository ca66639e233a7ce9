#include "tools/chain/block_booking.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/chain/scratch_keeper.hpp"
#include "tools/import/definitions.hpp"

#include <algorithm>
#include <unordered_map>

namespace plimsoll::tools::chain {
namespace {

constexpr std::uint64_t progress_every_blocks = 64;

/// A log of the chain, what its events should say, and where.
struct ChainRecord {
    Cursor cursor;
    std::uint64_t fingerprint = 0;
    std::string text; ///< of its events, with names
    std::string transaction;
};

/// Walks the chain's blocks beside the ledger's records.
class RecordComparison {
public:
    RecordComparison(replay::Reader const& reader, replay::Moment const& moment, ChainSource& source, Mapping const& mapping,
                     MappingText const& text, ReconcileAsk const& ask, std::vector<LedgerRecord> const& records,
                     ReconcileReport& report)
        : reader_(reader), moment_(moment), source_(source), mapping_(mapping), text_(text), ask_(ask), records_(records),
          report_(report), booking_(mapping, keeper_, ask.source) {
        booking_.quarantine(true); // told as unmapped
    }

    [[nodiscard]] result<void> run() {
        while (next_ < records_.size() && records_[next_].cursor.major < report_.from) ++next_; // before the range
        source_.will_read(report_.from, report_.at, mapping_.addresses());
        for (std::uint64_t number = report_.from;; ++number) {
            PLIMSOLL_TRYV(take_block(number));
            if ((number - report_.from) % progress_every_blocks == 0) {
                ask_.progress(number - report_.from, report_.at - report_.from + 1);
            }
            if (number == report_.at) break;
        }
        ask_.progress(report_.at - report_.from + 1, report_.at - report_.from + 1);
        PLIMSOLL_TRYV(tell_of_the_rest());
        for (Finding& finding : findings_) report_.add(std::move(finding), ask_.findings_limit);
        return outcome::success();
    }

private:
    [[nodiscard]] result<void> take_block(std::uint64_t number) {
        PLIMSOLL_TRY(header, source_.header(number));
        std::vector<LedgerRecord> own;
        for (; next_ < records_.size() && records_[next_].cursor.major == number; ++next_) own.push_back(records_[next_]);
        auto const proof = prove(header, number);
        if (!proof) {
            unproved(header.number, "the block is not proved", {}, proof.error().message(), own);
            last_hash_.reset();
            return outcome::success();
        }
        last_hash_ = header.hash;
        ++report_.headers_proved;
        std::vector<ChainRecord> chain;
        if (may_concern(header)) {
            PLIMSOLL_TRY(receipts, source_.receipts(header));
            auto const verdict = receipts_.verify(header, receipts);
            if (!verdict) {
                unproved(number, "the block's receipts are not proved", {}, verdict.error().message(), own);
                return outcome::success();
            }
            ++report_.receipts_proved;
            PLIMSOLL_TRY(made, translate(header, receipts));
            chain = std::move(made);
        }
        return compare(number, std::move(own), std::move(chain));
    }

    [[nodiscard]] result<void> prove(Header const& header, std::uint64_t number) const {
        if (header.number != number) {
            return fail(Errc::block_missing, "asked for block " + std::to_string(number) + ", it answered " + block_text(header));
        }
        PLIMSOLL_TRYV(verify_header(header));
        if (!last_hash_) return outcome::success();
        return verify_parent(header, number - 1, *last_hash_);
    }

    [[nodiscard]] bool may_concern(Header const& header) const {
        return std::ranges::any_of(mapping_.contracts,
                                   [&](auto const& contract) { return may_hold(header.logs_bloom, contract->address); });
    }

    /// What a ledger of this chain has of the block: the block itself, and each log that moves something.
    [[nodiscard]] result<std::vector<ChainRecord>> translate(Header const& header, std::vector<Receipt> const& receipts) {
        if (!has_begun_) {
            PLIMSOLL_TRY(chain_id, source_.chain_id());
            PLIMSOLL_TRYV(booking_.begin(text_, chain_id, header.timestamp));
            has_begun_ = true;
        }
        std::vector<Log const*> own;
        for (Receipt const& receipt : receipts) {
            for (Log const& log : receipt.logs) {
                if (mapping_.contract_at(log.address) != nullptr) own.push_back(&log);
            }
        }
        report_.logs += own.size();
        PLIMSOLL_TRYV(booking_.take({header.number, header.timestamp, header.hash, header.parent_hash}, own));
        return records_of(keeper_.take(), own);
    }

    [[nodiscard]] std::vector<ChainRecord> records_of(std::vector<Event> const& events, std::vector<Log const*> const& logs) {
        std::vector<ChainRecord> made;
        for (std::size_t i = 0; i < events.size();) {
            std::size_t end = i + 1;
            while (end < events.size() && events[end].origin.cursor == events[i].origin.cursor) ++end;
            ChainRecord record;
            record.cursor = events[i].origin.cursor;
            record.fingerprint = events[i].origin.record;
            record.text = text_of_record(keeper_.book(), std::span(events).subspan(i, end - i));
            auto const log = std::ranges::find(logs, record.cursor.minor, [](Log const* each) { return each->log_index + 1; });
            if (log != logs.end()) record.transaction = hex_of((*log)->transaction_hash);
            if (auto const why = reason_to_set_aside(events[i])) {
                tell(FindingKind::unmapped, record, 0, "the mapping makes nothing of the log", {});
                findings_.back().chain = *why;
                unmapped_.push_back(record.cursor);
            } else {
                made.push_back(std::move(record));
            }
            i = end;
        }
        return made;
    }

    [[nodiscard]] static std::optional<std::string> reason_to_set_aside(Event const& event) {
        std::optional<std::string> reason;
        visit_body(event.body, [&](auto const& fact) {
            if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, Quarantined>) reason = fact.reason;
        });
        return reason;
    }

    /// Records of one block: those at the same place are compared, the others wait for their like.
    [[nodiscard]] result<void> compare(std::uint64_t number, std::vector<LedgerRecord> own, std::vector<ChainRecord> chain) {
        std::size_t at = 0;
        for (ChainRecord& record : chain) {
            while (at < own.size() && own[at].cursor < record.cursor) lone_ledger_.push_back(own[at++]);
            bool const is_there = at < own.size() && own[at].cursor == record.cursor;
            if (!is_there) {
                lone_chain_.push_back(std::move(record));
                continue;
            }
            LedgerRecord const& ours = own[at++];
            if (record.cursor.minor == 0) {
                if (ours.digest != record_fingerprint(record.text)) {
                    PLIMSOLL_TRY(held, text_at(ours));
                    unproved(number, "the ledger holds another block", held, record.text, {});
                    findings_.back().sequence = ours.sequence;
                }
            } else if (ours.fingerprint != record.fingerprint && ours.fingerprint != 0) {
                lone_ledger_.push_back(ours);
                lone_chain_.push_back(std::move(record));
            } else if (ours.digest != record_fingerprint(record.text)) {
                PLIMSOLL_TRY(held, text_at(ours));
                tell(FindingKind::amount, record, ours.sequence, "the events are not what the log says", held);
            } else {
                ++report_.logs_matched;
            }
        }
        for (; at < own.size(); ++at) lone_ledger_.push_back(own[at]);
        return outcome::success();
    }

    /// What stood alone: the same log elsewhere, another log in its place, or nothing at all.
    [[nodiscard]] result<void> tell_of_the_rest() {
        for (; next_ < records_.size(); ++next_) lone_ledger_.push_back(records_[next_]);
        std::erase_if(lone_ledger_, [&](LedgerRecord const& record) { // told already, as unmapped
            return std::ranges::find(unmapped_, record.cursor) != unmapped_.end();
        });
        std::unordered_multimap<std::uint64_t, std::size_t> by_fingerprint;
        std::vector<bool> is_met(lone_ledger_.size());
        for (std::size_t i = 0; i < lone_ledger_.size(); ++i) by_fingerprint.emplace(lone_ledger_[i].fingerprint, i);
        std::vector<ChainRecord const*> unmet;
        for (ChainRecord const& record : lone_chain_) {
            auto const found = by_fingerprint.find(record.fingerprint);
            if (found == by_fingerprint.end()) {
                unmet.push_back(&record);
                continue;
            }
            LedgerRecord const& ours = lone_ledger_[found->second];
            is_met[found->second] = true;
            by_fingerprint.erase(found);
            bool const same_block = ours.cursor.major == record.cursor.major;
            PLIMSOLL_TRY(held, text_at(ours));
            tell(same_block ? FindingKind::order : FindingKind::late, record, ours.sequence,
                 same_block ? "the log's events stand at another place of the block" : "the log's events stand in block " + std::to_string(ours.cursor.major),
                 held);
        }
        for (ChainRecord const* record : unmet) {
            auto const same_place = std::ranges::find(lone_ledger_, record->cursor, &LedgerRecord::cursor);
            auto const i = static_cast<std::size_t>(same_place - lone_ledger_.begin());
            if (same_place == lone_ledger_.end() || is_met[i]) {
                tell(FindingKind::missing, *record, 0, record->cursor.minor == 0 ? "the ledger lacks the block" : "the ledger has no events of the log", {});
                continue;
            }
            is_met[i] = true;
            PLIMSOLL_TRY(held, text_at(*same_place));
            tell(FindingKind::amount, *record, same_place->sequence, "the events are of a log that says otherwise", held);
        }
        for (std::size_t i = 0; i < lone_ledger_.size(); ++i) {
            if (is_met[i]) continue;
            LedgerRecord const& ours = lone_ledger_[i];
            PLIMSOLL_TRY(held, text_at(ours));
            Finding finding{FindingKind::extra, ours.cursor.major, {}, {}, ours.sequence, "the chain has no such log", held, {}};
            if (ours.cursor.minor != 0) finding.log_index = ours.cursor.minor - 1;
            if (ours.cursor.minor == 0) finding.what = "the ledger has a block in which no log is mapped";
            findings_.push_back(std::move(finding));
        }
        std::ranges::stable_sort(findings_, {}, [](Finding const& each) {
            return std::pair(each.block, each.log_index ? *each.log_index + 1 : 0);
        });
        return outcome::success();
    }

    void tell(FindingKind kind, ChainRecord const& record, std::uint64_t sequence, std::string what, std::string ledger) {
        Finding finding{kind, record.cursor.major, {}, record.transaction, sequence, std::move(what), std::move(ledger), record.text};
        if (record.cursor.minor != 0) finding.log_index = record.cursor.minor - 1;
        findings_.push_back(std::move(finding));
    }

    /// What lies in a block that is not proved is compared with nothing.
    void unproved(std::uint64_t block, std::string what, std::string ledger, std::string chain, std::vector<LedgerRecord> const& own) {
        Finding finding{FindingKind::unproved, block, {}, {}, 0, std::move(what), std::move(ledger), std::move(chain)};
        if (!own.empty()) {
            finding.sequence = own.front().sequence;
            finding.ledger = std::to_string(own.size()) + " records, which were compared with nothing";
        }
        findings_.push_back(std::move(finding));
    }

    /// The record's events as the ledger has them.
    [[nodiscard]] result<std::string> text_at(LedgerRecord const& record) const {
        std::vector<Event> group;
        PLIMSOLL_TRYV(reader_.for_events(record.sequence, reader_.log_size(), [&](std::uint64_t, Event const& event) {
            if (event.origin.cursor != record.cursor) return false;
            group.push_back(event);
            return true;
        }));
        return text_of_record(moment_.book, group);
    }

    replay::Reader const& reader_;
    replay::Moment const& moment_;
    ChainSource& source_;
    Mapping const& mapping_;
    MappingText const& text_;
    ReconcileAsk const& ask_;
    std::vector<LedgerRecord> const& records_;
    ReconcileReport& report_;
    ScratchKeeper keeper_;
    BlockBooking booking_;
    ReceiptsCheck receipts_;
    bool has_begun_ = false;
    std::size_t next_ = 0; ///< of records_
    std::optional<Bytes32> last_hash_;
    std::vector<LedgerRecord> lone_ledger_;
    std::vector<ChainRecord> lone_chain_;
    std::vector<Cursor> unmapped_;
    std::vector<Finding> findings_;
};

} // namespace

result<void> compare_records(replay::Reader const& reader, replay::Moment const& moment, ChainSource& source,
                             Mapping const& mapping, MappingText const& text, ReconcileAsk const& ask,
                             std::vector<LedgerRecord> const& records, ReconcileReport& report) {
    return RecordComparison(reader, moment, source, mapping, text, ask, records, report).run();
}

} // namespace plimsoll::tools::chain
