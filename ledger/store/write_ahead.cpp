#include "ledger/store/write_ahead.hpp"

#include "ledger/store/crc32c.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>

namespace plimsoll::store {
namespace {

constexpr std::size_t block_bytes = 32 * 1024;
constexpr std::size_t header_bytes = 7;
constexpr std::size_t length_at = 4;
constexpr std::size_t type_at = 6;
constexpr unsigned last_type = 4;     // last part
constexpr unsigned last_old_type = 8; // last part, in a file used again

/// A record's header, and what of its block follows it.
struct Record {
    std::uint32_t checksum = 0;
    std::size_t length = 0;
    unsigned type = 0;
    std::string_view rest; ///< from the type on

    /// `bytes` holds at least a header.
    explicit Record(std::string_view bytes) : type(static_cast<unsigned char>(bytes[type_at])), rest(bytes.substr(type_at)) {
        std::uint16_t stored_length = 0;
        std::memcpy(&checksum, bytes.data(), sizeof(checksum));
        std::memcpy(&stored_length, bytes.data() + length_at, sizeof(stored_length));
        length = stored_length;
    }
    [[nodiscard]] bool fits() const { return length < rest.size(); }
    [[nodiscard]] bool is_sound(std::size_t payload_bytes) const {
        constexpr std::uint32_t mask_delta = 0xA282'EAD8U; // RocksDB, util/crc32c.h
        return std::rotr(crc32c(rest.substr(0, payload_bytes + 1)), 15) + mask_delta == checksum;
    }
};

/// Whether the rest of a file, from a record that does not fit on, is what a torn write leaves: it is not
/// whole as it lies there, and nothing whole comes after it.
[[nodiscard]] bool is_torn(std::string_view rest) {
    Record const first(rest);
    if (first.is_sound(first.rest.size() - 1)) return false;
    for (std::size_t at = 1; at + header_bytes <= rest.size(); ++at) {
        Record const later(rest.substr(at));
        bool const is_possible = later.type >= 1 && later.type <= last_type && later.fits();
        if (is_possible && later.is_sound(later.length)) return false;
    }
    return true;
}

} // namespace

result<void> check_write_ahead(std::string_view bytes, std::string_view name) {
    auto damaged = [&](std::size_t at) {
        return fail(Errc::damaged, std::string(name) + ": the header of a record at byte " + std::to_string(at));
    };
    for (std::size_t block = 0; block < bytes.size(); block += block_bytes) {
        std::size_t const end = std::min(block + block_bytes, bytes.size());
        for (std::size_t at = block; at + header_bytes <= end;) {
            std::string_view const rest = bytes.substr(at, end - at);
            Record const record(rest);
            if (record.type > last_type && record.type <= last_old_type) return damaged(at);
            if (record.type == 0 && record.length == 0) break; // room set aside
            if (!record.fits()) {
                if (end != bytes.size() || !is_torn(rest)) return damaged(at);
                break;
            }
            at += header_bytes + record.length;
        }
    }
    return outcome::success();
}

result<void> check_write_ahead_files(std::filesystem::path const& database) {
    std::error_code error; // a database that is not there is for RocksDB to tell
    for (auto const& entry : std::filesystem::directory_iterator(database, error)) {
        if (entry.path().extension() != ".log") continue;
        std::ifstream file(entry.path(), std::ios::binary);
        std::uintmax_t const size = std::filesystem::file_size(entry.path(), error);
        std::string bytes(error ? 0 : size, '\0');
        file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
        PLIMSOLL_TRYV(check_write_ahead(bytes, entry.path().string()));
    }
    return outcome::success();
}

std::size_t for_write_ahead_records(std::string_view bytes, std::function<void(std::string)> const& f) {
    constexpr unsigned whole = 1;
    constexpr unsigned first = 2;
    std::size_t passed_over = 0;
    std::optional<std::string> parts; ///< of a record that is not finished
    for (std::size_t block = 0; block < bytes.size(); block += block_bytes) {
        std::size_t const end = std::min(block + block_bytes, bytes.size());
        for (std::size_t at = block; at + header_bytes <= end;) {
            Record const record(bytes.substr(at, end - at));
            if (record.type == 0 && record.length == 0) break; // room set aside
            if (record.type > last_type || !record.fits() || !record.is_sound(record.length)) {
                ++passed_over; // where the next record begins is not known before the next block
                parts.reset();
                break;
            }
            std::string_view const payload = record.rest.substr(1, record.length);
            at += header_bytes + record.length;
            if (record.type == whole) {
                f(std::string(payload));
                continue;
            }
            if (record.type == first) parts.emplace();
            if (!parts) continue; // its beginning was passed over
            *parts += payload;
            if (record.type != last_type) continue;
            f(std::move(*parts));
            parts.reset();
        }
    }
    return passed_over;
}

} // namespace plimsoll::store
