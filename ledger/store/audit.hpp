/// Reads whole tables in key order, for the one who compares them with the log.
#pragma once

#include "ledger/store/keys.hpp"
#include "ledger/store/store.hpp"

#include <functional>

namespace plimsoll::store {

/// Calls f(key, value) for every entry of a family, in key order, until it says false.
using Entry = std::function<bool(std::string_view key, std::string_view value)>;
[[nodiscard]] result<void> for_entries(Store const& store, Family family, Entry const& f);

/// One entry's value; nothing where it is absent.
[[nodiscard]] result<std::optional<std::string>> entry(Store const& store, Family family, std::string_view key);

/// A family's entries asked for in their order, which costs far less than looking each up.
class EntriesInOrder {
public:
    EntriesInOrder(Store const& store, Family family);
    ~EntriesInOrder();
    EntriesInOrder(EntriesInOrder&&) noexcept;
    EntriesInOrder& operator=(EntriesInOrder&&) noexcept;
    /// Whether there is an entry of that key with that value. Errors: Errc::damaged where it cannot be read.
    [[nodiscard]] result<bool> has(std::string_view key, std::string_view value);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads every table file whole, also the bytes between blocks that nobody reads, and then every block of
/// it, and compares checksums. Errors: Errc::damaged, naming the file.
[[nodiscard]] result<void> verify_checksums(Store const& store);

} // namespace plimsoll::store
