#include "tools/chain/file_source.hpp"

#include "tools/chain/block.hpp"
#include "tools/errc.hpp"

#include <algorithm>
#include <fstream>

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] std::string key_of(std::uint64_t block, ByteView account, ByteView data = {}) {
    return std::to_string(block) + hex_of(account) + hex_of(data);
}

[[nodiscard]] auto missing(std::string detail) { return fail(Errc::block_missing, std::move(detail)); }

} // namespace

result<std::unique_ptr<FileSource>> FileSource::open(std::filesystem::path const& path) {
    std::unique_ptr<FileSource> source(new FileSource());
    source->name_ = path.string();
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) source->file_.reset(std::fopen(path.c_str(), "rb"));
    if (!source->file_) return fail(tools::Errc::file_unreadable, path.string());
    PLIMSOLL_TRYV(source->index());
    return source;
}

result<void> FileSource::index() {
    std::ifstream in(name_, std::ios::binary);
    std::uint64_t offset = 0;
    for (std::uint64_t number = 1; std::getline(in, line_); ++number) {
        Place const place{offset, line_.size()};
        std::string const where = name_ + ":" + std::to_string(number);
        offset += line_.size() + 1;
        if (line_.find_first_not_of(" \t\r") == std::string::npos) continue;
        JsonElement root;
        auto const problem = parser_.parse(line_).get(root);
        if (problem != simdjson::SUCCESS) return fail(Errc::record_malformed, where + ": " + simdjson::error_message(problem));
        auto const noted = note(root, place);
        if (!noted) return outcome::failure(noted.error().at(where));
    }
    if (in.bad()) return fail(tools::Errc::file_unreadable, name_);
    return outcome::success();
}

result<void> FileSource::note(JsonElement root, Place place) {
    PLIMSOLL_TRY(record, read_record(root, [](Header const&) { return false; }));
    if (auto const* head = std::get_if<FileHead>(&record)) chain_id_ = head->chain_id;
    if (auto const* block = std::get_if<FileBlock>(&record)) {
        if (!blocks_.empty() && block->header.number <= blocks_.rbegin()->first) {
            return fail(Errc::record_malformed, "block " + std::to_string(block->header.number) + " comes after block " +
                                                    std::to_string(blocks_.rbegin()->first));
        }
        blocks_[block->header.number] = place;
    }
    if (auto const* call = std::get_if<FileCall>(&record)) calls_[key_of(call->block, call->to, call->data)] = place;
    if (auto const* proof = std::get_if<FileProof>(&record)) {
        proofs_.emplace(key_of(proof->block, proof->proof.address), place);
    }
    return outcome::success();
}

result<FileRecord> FileSource::read(Place place, bool with_receipts) {
    line_.resize(place.size);
    bool const is_there = std::fseek(file_.get(), static_cast<long>(place.offset), SEEK_SET) == 0 &&
                          std::fread(line_.data(), 1, place.size, file_.get()) == place.size;
    JsonElement root;
    if (!is_there || parser_.parse(line_).get(root) != simdjson::SUCCESS) {
        return fail(tools::Errc::file_unreadable, name_ + ": it changed while it was read");
    }
    return read_record(root, [=](Header const&) { return with_receipts; });
}

result<FileBlock> FileSource::block(std::uint64_t number, bool with_receipts) {
    auto const found = blocks_.find(number);
    if (found == blocks_.end()) {
        return missing(name_ + " has no block " + std::to_string(number) +
                       (blocks_.empty() ? "" : "; it has " + std::to_string(blocks_.begin()->first) + " to " +
                                                   std::to_string(blocks_.rbegin()->first)));
    }
    PLIMSOLL_TRY(record, read(found->second, with_receipts));
    auto* const block = std::get_if<FileBlock>(&record);
    if (block == nullptr || block->header.number != number) {
        return fail(tools::Errc::file_unreadable, name_ + ": it changed while it was read");
    }
    return std::move(*block);
}

std::optional<std::uint64_t> FileSource::first_block() const {
    if (blocks_.empty()) return std::nullopt;
    return blocks_.begin()->first;
}

result<Header> FileSource::header(BlockTag) {
    if (blocks_.empty()) return missing(name_ + " has no blocks");
    return header(blocks_.rbegin()->first);
}

result<Header> FileSource::header(std::uint64_t number) {
    PLIMSOLL_TRY(found, block(number, false));
    return std::move(found.header);
}

result<std::vector<Receipt>> FileSource::receipts(Header const& header) {
    PLIMSOLL_TRY(found, block(header.number, true));
    if (!found.has_receipts) return fail(Errc::log_unproved, block_text(header) + " was saved without its receipts");
    return std::move(found.receipts);
}

result<std::vector<Log>> FileSource::logs(std::span<Address const> addresses, std::uint64_t first, std::uint64_t last) {
    std::vector<Log> all;
    for (auto at = blocks_.lower_bound(first); at != blocks_.end() && at->first <= last; ++at) {
        PLIMSOLL_TRY(found, block(at->first, true));
        for (Receipt& receipt : found.receipts) {
            for (Log& log : receipt.logs) {
                if (std::ranges::find(addresses, log.address) != addresses.end()) all.push_back(std::move(log));
            }
        }
    }
    return all;
}

result<Bytes> FileSource::call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) {
    auto const found = calls_.find(key_of(block, to, data));
    if (found == calls_.end()) {
        return missing(name_ + " has no answer of " + hex_of(to) + " to " + hex_of(data) + " at block " +
                       std::to_string(block));
    }
    PLIMSOLL_TRY(record, read(found->second, false));
    auto* const call = std::get_if<FileCall>(&record);
    if (call == nullptr) return fail(tools::Errc::file_unreadable, name_ + ": it changed while it was read");
    return std::move(call->result);
}

/// The slots may have been saved in several proofs of the account.
result<AccountProof> FileSource::proof(Address const& account, std::span<Bytes32 const> slots, std::uint64_t block) {
    auto const [first, last] = proofs_.equal_range(key_of(block, account));
    std::optional<AccountProof> whole;
    std::vector<StorageProof> wanted(slots.size());
    std::vector<bool> is_there(slots.size());
    for (auto at = first; at != last; ++at) {
        PLIMSOLL_TRY(record, read(at->second, false));
        auto* const proof = std::get_if<FileProof>(&record);
        if (proof == nullptr) return fail(tools::Errc::file_unreadable, name_ + ": it changed while it was read");
        for (StorageProof& each : proof->proof.storage) {
            auto const place = std::ranges::find(slots, each.slot);
            if (place == slots.end()) continue;
            auto const i = static_cast<std::size_t>(place - slots.begin());
            wanted[i] = std::move(each);
            is_there[i] = true;
        }
        if (!whole) whole = std::move(proof->proof);
    }
    if (!whole || std::ranges::find(is_there, false) != is_there.end()) {
        return missing(name_ + " has no proof of " + hex_of(account) + " with these slots at block " + std::to_string(block));
    }
    whole->storage = std::move(wanted);
    return std::move(*whole);
}

} // namespace plimsoll::tools::chain
