/// What every importer is: a stream of a file's records into a ledger, with an account of each.
#pragma once

#include "replay/engine.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace plimsoll::tools {

struct ImportOptions {
    std::string account = "main"; ///< the account whose wallet a wallet history is
    std::string source;           ///< name of the source; empty: the format's default
    bool quarantine = false;      ///< set bad records aside instead of stopping
    std::string mapping;          ///< of a chain's records: a file, or the name of a shipped one
    std::map<std::string, std::string> parameters; ///< of the mapping: name to text
    bool unproved = false;        ///< take a chain's logs without the blocks that prove them
    /// Called now and then with bytes read and bytes in all (0: unknown).
    std::function<void(std::uint64_t, std::uint64_t)> progress = [](std::uint64_t, std::uint64_t) {};
};

/// Every record of the file is in exactly one of these.
struct ImportSummary {
    std::string file;
    std::uint64_t records_read = 0;
    std::uint64_t records_added = 0;
    std::uint64_t records_duplicate = 0; ///< in the ledger already, equal content
    std::uint64_t records_passed_over = 0; ///< not money, by the format's own rule; see notes
    std::uint64_t records_quarantined = 0;
    std::uint64_t events_added = 0; ///< definitions and rule-decided events included
    std::vector<std::string> notes; ///< what a user should know: rows that are not money, late times
};

/// Reads a file and submits its records. Nothing of the file stays in the ledger where it fails
/// before its first record is accepted; what was accepted before a bad record stays (it is durable
/// and told), and importing the mended file again adds the rest.
/// Errors: tools::Errc, event::Errc, book::Errc, replay::Errc, each with file, line and reason.
using Importer = result<ImportSummary> (*)(replay::Engine&, std::filesystem::path const&, ImportOptions const&);

/// bitmex-wallet, stark-perpetual, deribit-chain, events, evm-json. Null where there is no such format.
[[nodiscard]] Importer find_importer(std::string_view format);
[[nodiscard]] std::vector<std::string_view> importer_formats();

} // namespace plimsoll::tools
