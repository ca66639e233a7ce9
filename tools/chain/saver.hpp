/// Blocks of a chain, proved and kept in a file that says the same for ever: JSON lines.
#pragma once

#include "tools/chain/block.hpp"
#include "tools/chain/source.hpp"

#include <filesystem>
#include <functional>

namespace plimsoll::tools::chain {

struct SaveAsk {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::filesystem::path file;
    /// Asked once the blocks are there: further lines for the end of the file.
    std::function<result<std::string>()> answers = [] { return result<std::string>(std::string()); };
    /// Called now and then with blocks written and blocks in all.
    std::function<void(std::uint64_t, std::uint64_t)> progress = [](std::uint64_t, std::uint64_t) {};
};

struct SaveSummary {
    std::uint64_t blocks = 0; ///< in the file, those of an earlier attempt included
    std::uint64_t blocks_kept = 0; ///< of an earlier attempt
    std::uint64_t receipts = 0; ///< of the blocks read now
    std::uint64_t logs = 0;
    std::uint64_t bytes = 0;
    Bytes32 last_hash{};
};

/// Reads whole blocks, proves each (its hash, its parent, its receipts) and writes
///     {"plimsoll_chain":1,"chain_id":...,"first":...,"last":...}
///     {"block":{...},"receipts":[...]}      one a block, in order
/// and what else is to be kept (RecordingSource)
/// into FILE.part, which becomes FILE once it is whole. What an earlier attempt at the same range left in FILE.part is
/// kept, up to its last whole line, and gone on from.
/// Errors: tools::Errc::file_unwritable (also where FILE is there already); Errc::block_hash_differs, parent_differs,
/// receipts_root_differs; those of the source. What was written stays in FILE.part.
[[nodiscard]] result<SaveSummary> save_blocks(ChainSource& source, SaveAsk const& ask);

} // namespace plimsoll::tools::chain
