#include "tools/import/evm_json.hpp"

#include "tools/chain/block.hpp"
#include "tools/chain/block_booking.hpp"
#include "tools/chain/chain_file.hpp"
#include "tools/chain/engine_keeper.hpp"

#include <fmt/core.h>

namespace plimsoll::tools {
namespace {

using namespace chain;

constexpr std::uint64_t progress_every_records = 64;

class EvmJsonImport {
public:
    EvmJsonImport(replay::Engine& engine, ChainFile file, Mapping const& mapping, MappingText const& text,
                  ImportOptions const& options)
        : file_(std::move(file)), mapping_(mapping), text_(text), options_(options), keeper_(engine),
          booking_(mapping, keeper_, options.source.empty() ? mapping.name : options.source) {
        booking_.quarantine(options.quarantine);
    }

    [[nodiscard]] result<ImportSummary> run() {
        while (true) {
            PLIMSOLL_TRY(record, file_.next([this](Header const& header) { return may_concern(header); }));
            if (!record) break;
            if (++records_ % progress_every_records == 0) {
                options_.progress(file_.lines().bytes_read(), file_.lines().bytes_in_all());
            }
            auto const taken = std::visit([this](auto const& each) { return take(each); }, *record);
            if (!taken) return outcome::failure(taken.error().at(file_.lines().place()));
        }
        PLIMSOLL_TRYV(flush_logs());
        options_.progress(file_.lines().bytes_read(), file_.lines().bytes_in_all());
        return summary();
    }

private:
    [[nodiscard]] bool may_concern(Header const& header) const {
        for (auto const& contract : mapping_.contracts) {
            if (may_hold(header.logs_bloom, contract->address)) return true;
        }
        return false;
    }

    [[nodiscard]] result<void> begin(std::uint64_t time_seconds) {
        if (has_begun_) return outcome::success();
        has_begun_ = true;
        return booking_.begin(text_, chain_id_, time_seconds);
    }

    [[nodiscard]] result<void> take(FileHead const& head) {
        if (chain_id_ != 0 && chain_id_ != head.chain_id) {
            return fail(chain::Errc::chain_differs, fmt::format("chain {} follows chain {}", head.chain_id, chain_id_));
        }
        chain_id_ = head.chain_id;
        return outcome::success();
    }

    [[nodiscard]] result<void> take(FileBlock const& block) {
        Header const& header = block.header;
        PLIMSOLL_TRYV(flush_logs());
        PLIMSOLL_TRYV(verify_header(header));
        PLIMSOLL_TRYV(check_place(header));
        ++blocks_;
        if (!may_concern(header)) return outcome::success();
        if (!block.has_receipts) {
            return fail(chain::Errc::log_unproved, block_text(header) + " may hold logs of the mapping's contracts, but its "
                                                                        "receipts are not here: save the block with them");
        }
        PLIMSOLL_TRYV(receipts_.verify(header, block.receipts));
        PLIMSOLL_TRYV(begin(header.timestamp));
        return booking_.take(header, block.receipts);
    }

    /// The block follows the one before it, in the file or else in the ledger.
    [[nodiscard]] result<void> check_place(Header const& header) {
        if (last_number_ && header.number <= *last_number_) {
            return fail(chain::Errc::record_malformed,
                        fmt::format("block {} comes after block {}", header.number, *last_number_));
        }
        if (last_number_ && header.number == *last_number_ + 1) {
            PLIMSOLL_TRYV(verify_parent(header, *last_number_, last_hash_));
        } else if (last_number_) {
            gaps_ += header.number - *last_number_ - 1;
        }
        last_number_ = header.number;
        last_hash_ = header.hash;
        return outcome::success();
    }

    [[nodiscard]] result<void> take(FileLog const& record) {
        if (mapping_.contract_at(record.log.address) == nullptr) {
            ++foreign_logs_;
            return outcome::success();
        }
        if (!options_.unproved) {
            return fail(chain::Errc::log_unproved, "log " + std::to_string(record.log.log_index) + " of block " +
                                                       std::to_string(record.log.block_number) +
                                                       ": save its block with its receipts, or take it as it is with --unproved");
        }
        if (!logs_.empty() && logs_.back().log.block_number != record.log.block_number) {
            PLIMSOLL_TRYV(flush_logs());
        }
        logs_.push_back(record);
        return outcome::success();
    }

    /// Logs without their block, of one block.
    [[nodiscard]] result<void> flush_logs() {
        if (logs_.empty()) return outcome::success();
        std::vector<Log const*> own;
        for (FileLog const& each : logs_) own.push_back(&each.log);
        FileLog const& first = logs_.front();
        PLIMSOLL_TRYV(begin(first.time_seconds));
        BlockPlace const place{first.log.block_number, first.time_seconds, first.log.block_hash, {}};
        unproved_logs_ += logs_.size();
        undated_logs_ += first.time_seconds == 0 ? logs_.size() : 0;
        PLIMSOLL_TRYV(booking_.take(place, own));
        logs_.clear();
        return outcome::success();
    }

    // What reconcile reads of a file moves nothing.
    [[nodiscard]] static result<void> take(FileCall const&) { return outcome::success(); }
    [[nodiscard]] static result<void> take(FileProof const&) { return outcome::success(); }

    [[nodiscard]] ImportSummary summary() const {
        BookingCounts const& counts = booking_.counts();
        ImportSummary out;
        out.file = file_.lines().name();
        out.records_read = counts.logs;
        out.records_added = counts.added;
        out.records_duplicate = counts.known;
        out.records_passed_over = counts.ignored;
        out.records_quarantined = counts.quarantined;
        out.events_added = counts.events;
        auto const note = [&](std::uint64_t count, std::string_view text) {
            if (count != 0) out.notes.push_back(fmt::format("{} {}", count, text));
        };
        note(blocks_, "blocks, each proved by its hash; those that may hold logs of the contracts, by their receipts");
        note(gaps_, "blocks are not in the file: nothing is known of what they hold");
        note(unproved_logs_, "logs were taken without a proof");
        note(undated_logs_, "logs without a time of their block: booked at the beginning of 1970");
        return out;
    }

    ChainFile file_;
    Mapping const& mapping_;
    MappingText const& text_;
    ImportOptions const& options_;
    EngineKeeper keeper_;
    BlockBooking booking_;
    ReceiptsCheck receipts_;
    bool has_begun_ = false;
    std::uint64_t chain_id_ = 0;
    std::uint64_t records_ = 0;
    std::uint64_t blocks_ = 0;
    std::uint64_t gaps_ = 0;
    std::uint64_t foreign_logs_ = 0;
    std::uint64_t unproved_logs_ = 0;
    std::uint64_t undated_logs_ = 0;
    std::optional<std::uint64_t> last_number_;
    Bytes32 last_hash_{};
    std::vector<FileLog> logs_;
};

} // namespace

result<ImportSummary> import_evm_json(replay::Engine& engine, std::filesystem::path const& path,
                                      ImportOptions const& options) {
    if (options.mapping.empty()) return fail(tools::Errc::usage, "evm-json needs --mapping NAME-OR-FILE");
    PLIMSOLL_TRY(text, MappingText::load(options.mapping));
    for (auto const& [name, value] : options.parameters) text.parameters[name] = value;
    PLIMSOLL_TRY(mapping, Mapping::read(text, options.mapping));
    PLIMSOLL_TRY(file, ChainFile::open(path));
    return EvmJsonImport(engine, std::move(file), mapping, text, options).run();
}

} // namespace plimsoll::tools
