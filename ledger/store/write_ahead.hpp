/// Looks at RocksDB's write-ahead files before it does: whether one ends early because it was torn, which
/// is honest, or because a byte in it changed, which RocksDB takes for a tear. Room-private.
#pragma once

#include "ledger/store/errc.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace plimsoll::store {

/// A write-ahead file is blocks of 32 KiB of records; each record is
///
///     checksum (4)  masked CRC-32C of the type and the payload
///     length (2)    of the payload
///     type (1)      1 whole; 2, 3, 4 first, middle, last part; 5 to 8 the same in a file used again
///     payload
///
/// Neither length nor type is covered on its own, so RocksDB 7.8 ends a log without a word where a length
/// of the last block points past its end, or where a type says that the record is an old one (this project
/// never uses a file again). Found by flipping every bit: tests/ledger/store/store_test.cpp.
/// Errors: Errc::damaged, with the place.
[[nodiscard]] result<void> check_write_ahead(std::string_view bytes, std::string_view name);

/// The same for every write-ahead file of a database. Files that vanish meanwhile are passed over: a writer
/// at work beside a reader retires them.
[[nodiscard]] result<void> check_write_ahead_files(std::filesystem::path const& database);

/// Calls f with the payload of every record that is whole, its parts put together, and passes over the others: for
/// taking out of a damaged file what is left. Returns how many places were passed over.
[[nodiscard]] std::size_t for_write_ahead_records(std::string_view bytes, std::function<void(std::string)> const& f);

} // namespace plimsoll::store
