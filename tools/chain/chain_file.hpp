/// A chain's records in a file of JSON lines, as `plimsoll chain save` writes them: read one after another.
#pragma once

#include "tools/chain/records.hpp"
#include "tools/text/lines.hpp"

#include <functional>
#include <optional>
#include <variant>

namespace plimsoll::tools::chain {

/// A block, with all its receipts or with none.
struct FileBlock {
    Header header;
    std::vector<Receipt> receipts;
    bool has_receipts = false;
};
/// A log without its block: nothing proves it.
struct FileLog {
    Log log;
    std::uint64_t time_seconds = 0; ///< 0: the file does not say
};
struct FileCall {
    std::uint64_t block = 0;
    Address to{};
    Bytes data;
    Bytes result;
};
struct FileProof {
    std::uint64_t block = 0;
    AccountProof proof;
};
struct FileHead {
    std::uint64_t chain_id = 0;
};
using FileRecord = std::variant<FileHead, FileBlock, FileLog, FileCall, FileProof>;

/// One line's record. `wants_receipts` is asked with the header; without them, receipts stay unread.
/// Errors: Errc::record_malformed.
using WantsReceipts = std::function<bool(Header const&)>;
[[nodiscard]] result<FileRecord> read_record(JsonElement root, WantsReceipts const& wants_receipts);

class ChainFile {
public:
    /// Errors: tools::Errc::file_unreadable.
    [[nodiscard]] static result<ChainFile> open(std::filesystem::path const& path);

    /// The next record, nothing after the last. Errors: as read_record, with file and line.
    [[nodiscard]] result<std::optional<FileRecord>> next(WantsReceipts const& wants_receipts);

    [[nodiscard]] LineReader const& lines() const { return lines_; }

private:
    explicit ChainFile(LineReader lines) : lines_(std::move(lines)), parser_(std::make_unique<simdjson::dom::parser>()) {}

    LineReader lines_;
    std::unique_ptr<simdjson::dom::parser> parser_;
};

} // namespace plimsoll::tools::chain
