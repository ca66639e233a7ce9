#include "tools/chain/block_booking.hpp"

#include "replay/errc.hpp"
#include "tools/chain/records.hpp"
#include "tools/import/definitions.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

constexpr std::size_t quarantined_text_bytes = 4096;

[[nodiscard]] std::string scope_of(std::string_view source) { return "mapping:" + std::string(source); }

[[nodiscard]] wire::Digest digest_of(Bytes32 const& hash) {
    wire::Digest digest;
    static_assert(sizeof(digest) == sizeof(hash));
    std::memcpy(&digest, hash.data(), sizeof(digest));
    return digest;
}

/// What is wrong with one log, and no failing disk or broken order.
[[nodiscard]] bool can_be_set_aside(Error const& error) {
    return error.status() == Status::bad_input && error.rule().room != "replay" && error.rule().room != "store";
}

[[nodiscard]] TimeNs nanoseconds(std::uint64_t seconds) { return static_cast<TimeNs>(seconds) * 1'000'000'000; }

} // namespace

std::uint64_t log_fingerprint(Log const& log) {
    static thread_local Bytes bytes;
    bytes.clear();
    auto const add = [&](ByteView part) { bytes.insert(bytes.end(), part.begin(), part.end()); };
    add(log.transaction_hash);
    add(log.address);
    bytes.push_back(static_cast<std::uint8_t>(log.topics.size()));
    for (Bytes32 const& topic : log.topics) add(topic);
    add(log.data);
    Hash const hash = sha256(std::as_bytes(std::span(bytes)));
    std::uint64_t first = 0;
    std::memcpy(&first, hash.data(), sizeof(first));
    return first;
}

std::string log_text(BlockPlace const& block, Log const& log) {
    return "block " + std::to_string(block.number) + ", log " + std::to_string(log.log_index) + " of transaction " +
           hex_of(log.transaction_hash);
}

BlockBooking::BlockBooking(Mapping const& mapping, Keeper& keeper, std::string source)
    : mapping_(mapping), keeper_(keeper), translator_(mapping, keeper), source_name_(std::move(source)) {
    if (auto const known = keeper.book().find_source(source_name_)) source_ = *known;
}

book::ChainRow const* BlockBooking::chain_row() const {
    for (book::ChainRow const& row : keeper_.book().chains.rows()) {
        if (row.name.view() == source_name_) return &row;
    }
    return nullptr;
}

std::uint64_t BlockBooking::last_block() const {
    book::ChainRow const* const row = chain_row();
    return row == nullptr ? 0 : row->block;
}

result<void> BlockBooking::begin(MappingText const& text, std::uint64_t chain_id, std::uint64_t time_seconds) {
    std::string const bundle = text.bundle();
    Hash const digest = sha256(bytes_of(std::string_view(bundle)));
    for (book::PresetRow const& row : keeper_.book().presets.rows()) {
        if (row.scope.view() != scope_of(source_name_) || row.digest == digest) continue;
        return fail(Errc::mapping_differs, "source '" + source_name_ + "' keeps " + std::string(row.name.view()) + " " +
                                               std::string(row.version.view()) + ", digest " + to_hex(row.digest) +
                                               ", this one is " + to_hex(digest) + "; another mapping needs another --source");
    }
    if (mapping_.chain_id && chain_id != 0 && *mapping_.chain_id != chain_id) {
        return fail(Errc::chain_differs, "the mapping is of chain " + std::to_string(*mapping_.chain_id) +
                                             ", the records are of chain " + std::to_string(chain_id));
    }
    book::ChainRow const* const row = chain_row();
    if (row != nullptr && row->chain_id != 0 && chain_id != 0 && row->chain_id != chain_id) {
        return fail(Errc::chain_differs, "source '" + source_name_ + "' is of chain " + std::to_string(row->chain_id) +
                                             ", the records are of chain " + std::to_string(chain_id));
    }
    if (row != nullptr) {
        translator_.at(source_, nanoseconds(time_seconds));
        return outcome::success();
    }
    translator_.at(0, nanoseconds(time_seconds));
    if (!keeper_.book().find_source(source_name_)) {
        SourceDefined source;
        source.name = source_name_;
        source.kind = wire::SourceKind::chain;
        PLIMSOLL_TRYV(translator_.define({{}, rare(std::move(source))}));
    }
    source_ = *keeper_.book().find_source(source_name_);
    translator_.at(source_, nanoseconds(time_seconds));
    PLIMSOLL_TRY(outside, translator_.account(mapping_.outside_account));
    ChainDefined chain;
    chain.name = source_name_;
    chain.chain_id = chain_id != 0 ? chain_id : mapping_.chain_id.value_or(0);
    chain.account = outside;
    PLIMSOLL_TRYV(translator_.define({{}, rare(std::move(chain))}));
    PresetAdopted adopted;
    adopted.scope = scope_of(source_name_);
    adopted.name = mapping_.name;
    adopted.version = mapping_.version;
    std::memcpy(&adopted.digest, digest.data(), sizeof(adopted.digest));
    adopted.body = bundle;
    PLIMSOLL_TRYV(translator_.define({{}, rare(std::move(adopted))}));
    for (AssetDefined const& asset : mapping_.assets) {
        PLIMSOLL_TRYV(translator_.asset(asset.name));
    }
    for (AccountPattern const& account : mapping_.accounts) {
        if (account.name.ends_with('*')) continue;
        PLIMSOLL_TRYV(translator_.account(account.name));
    }
    return outcome::success();
}

Origin BlockBooking::origin_of(BlockPlace const& block, Cursor cursor, std::uint64_t record) const {
    Origin origin;
    origin.source_time = nanoseconds(block.time_seconds);
    origin.cursor = cursor;
    origin.record = record;
    origin.source = source_;
    return origin;
}

/// Whether the ledger has gone past the block, and has this one; or nothing of it, where its logs may move nothing.
result<bool> BlockBooking::is_known(BlockPlace const& block) {
    book::ChainRow const* const row = chain_row();
    PLIMSOLL_ASSERT(row != nullptr); // begin() defines it
    if (block.number > row->block) return false;
    auto const replaced = [&](std::string const& held) {
        return fail(Errc::block_replaced, "block " + std::to_string(block.number) + ": the records say " +
                                              hex_of(block.hash) + ", the ledger holds " + held +
                                              ". What is in the ledger is not on this chain: compare both sides, and import "
                                              "the chain that is right into a ledger of its own");
    };
    if (block.number == row->block) {
        if (std::memcmp(row->block_hash.data(), block.hash.data(), sizeof(block.hash)) != 0) {
            return replaced(hex_of(row->block_hash));
        }
        block_is_recorded_ = true;
        return false; // its last logs may be missing
    }
    auto const verdict = record_block(block);
    if (!verdict && verdict.error().is(replay::Errc::record_conflicts)) return replaced(verdict.error().detail());
    bool const moved_nothing = std::ranges::all_of(own_, [&](Log const* log) { return translator_.may_move_nothing(*log); });
    if (!verdict && verdict.error().is(replay::Errc::record_late) && moved_nothing) return true;
    PLIMSOLL_TRYV(verdict);
    return true;
}

result<void> BlockBooking::record_block(BlockPlace const& block) {
    BlockRecorded fact;
    fact.chain = source_name_;
    fact.number = block.number;
    fact.hash = digest_of(block.hash);
    fact.parent = digest_of(block.parent_hash);
    fact.time = nanoseconds(block.time_seconds);
    std::uint64_t record = 0;
    Hash const hash = sha256(bytes_of(block.hash));
    std::memcpy(&record, hash.data(), sizeof(record));
    Event const event{origin_of(block, {block.number, 0}, record), rare(std::move(fact))};
    PLIMSOLL_TRY(is_new, keeper_.submit({&event, 1}));
    counts_.events += is_new ? 1 : 0;
    block_is_recorded_ = true;
    return outcome::success();
}

result<void> BlockBooking::take(Header const& header, std::vector<Receipt> const& receipts) {
    all_.clear();
    for (Receipt const& receipt : receipts) {
        for (Log const& log : receipt.logs) all_.push_back(&log);
    }
    return take({header.number, header.timestamp, header.hash, header.parent_hash}, all_);
}

result<void> BlockBooking::take(BlockPlace const& block, std::span<Log const* const> logs) {
    translator_.at(source_, nanoseconds(block.time_seconds));
    block_is_recorded_ = false;
    own_.clear();
    for (Log const* log : logs) {
        if (mapping_.contract_at(log->address) != nullptr) own_.push_back(log);
    }
    if (own_.empty()) return outcome::success();
    PLIMSOLL_TRY(is_past, is_known(block));
    ++counts_.blocks;
    std::size_t begin = 0; // of the log's transaction
    std::size_t end = 0;
    for (std::size_t i = 0; i < own_.size(); ++i) {
        Log const* const log = own_[i];
        if (i == end) {
            begin = i;
            while (end < own_.size() && own_[end]->transaction_index == log->transaction_index) ++end;
        }
        ++counts_.logs;
        if (is_past || cursor_of(block.number, log->log_index) <= keeper_.book().sources[source_].cursor) {
            ++counts_.known;
            continue;
        }
        auto const booked = book(block, std::span(own_).subspan(begin, end - begin), i - begin);
        if (booked) continue;
        if (!quarantines_ || !can_be_set_aside(booked.error())) {
            return outcome::failure(booked.error().at(log_text(block, *log)));
        }
        PLIMSOLL_TRYV(set_aside(block, *log, booked.error()));
    }
    return outcome::success();
}

result<void> BlockBooking::book(BlockPlace const& block, std::span<Log const* const> transaction, std::size_t place) {
    Log const& log = *transaction[place];
    if (log.removed) return fail(Errc::log_unproved, "it says that its block was removed from the chain");
    facts_.clear();
    std::uint64_t const definitions = translator_.definitions();
    PLIMSOLL_TRYV(translator_.translate(*mapping_.contract_at(log.address), block, transaction, place, facts_));
    if (place + 1 == transaction.size()) {
        PLIMSOLL_TRYV(translator_.add_residuals(facts_));
    }
    counts_.events += translator_.definitions() - definitions;
    if (facts_.empty()) {
        ++counts_.ignored;
        return outcome::success();
    }
    group_.clear();
    Origin const origin = origin_of(block, cursor_of(block.number, log.log_index), log_fingerprint(log));
    for (Body& fact : facts_) group_.push_back({origin, std::move(fact)});
    PLIMSOLL_TRYV(submit(block, log, group_));
    ++counts_.added;
    return outcome::success();
}

result<void> BlockBooking::submit(BlockPlace const& block, Log const& log, std::vector<Event> const& group) {
    if (!block_is_recorded_) {
        PLIMSOLL_TRYV(record_block(block));
    }
    if (watch_) watch_(log, group);
    std::uint64_t const before = keeper_.book().sequence();
    PLIMSOLL_TRYV(keeper_.submit(group));
    counts_.events += keeper_.book().sequence() - before;
    return outcome::success();
}

result<void> BlockBooking::set_aside(BlockPlace const& block, Log const& log, Error const& why) {
    std::string text;
    JsonWriter json(text);
    write_log(json, log);
    Quarantined fact;
    fact.place = log_text(block, log);
    fact.reason = valid_utf8(why.message());
    fact.record = valid_utf8(text, quarantined_text_bytes);
    std::vector<Event> const group{
        {origin_of(block, cursor_of(block.number, log.log_index), log_fingerprint(log)), rare(std::move(fact))}};
    PLIMSOLL_TRYV(submit(block, log, group));
    ++counts_.quarantined;
    return outcome::success();
}

} // namespace plimsoll::tools::chain
