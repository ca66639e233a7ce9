/// Checkpoints on disk: a manifest that names the version of every page in force, and the pages.
#pragma once

#include "ledger/book/root.hpp"
#include "ledger/store/store.hpp"

#include <array>
#include <functional>

namespace plimsoll::store {

/// The version of a page in force: the checkpoint that wrote it, and its hash.
struct PageVersion {
    std::uint64_t sequence = 0;
    Hash hash{};
    friend bool operator==(PageVersion const&, PageVersion const&) = default;
};

/// What a checkpoint says: the state after `sequence` events, and where its pages lie.
struct Manifest {
    std::uint64_t sequence = 0;
    TimeNs time = 0;
    Hash log_root{}; ///< hash of the batch that ends at `sequence`
    Hash state_root{};
    struct TableManifest {
        std::uint64_t rows = 0;
        std::vector<PageVersion> pages;
    };
    std::array<TableManifest, book::table_count + 1> tables;

    [[nodiscard]] std::string encode() const;
    /// Errors: Errc::damaged.
    [[nodiscard]] static result<Manifest> decode(std::string_view bytes);
    /// The root that its page hashes give.
    [[nodiscard]] Hash root_of_pages() const;
};

/// A page to be written.
struct PageBytes {
    std::uint8_t table = 0;
    std::uint32_t page = 0;
    std::string bytes;
};

/// Writes pages (ascending by table and page), then the manifest, fsynced: a manifest is never
/// there without its pages.
[[nodiscard]] result<void> write_checkpoint(Store& store, Manifest const& manifest, std::span<PageBytes const> pages);

/// The newest checkpoint at or before `sequence`.
[[nodiscard]] result<std::optional<Manifest>> checkpoint_before(Store const& store, std::uint64_t sequence);

/// Sequences of all checkpoints, ascending.
[[nodiscard]] result<std::vector<std::uint64_t>> checkpoint_sequences(Store const& store);

/// Calls f(table, page, bytes) for every page that a manifest names and for which `wants` holds. f says whether it fits.
/// Errors: Errc::damaged where a page is missing or f refuses.
using PageSink = std::function<bool(std::uint8_t, std::uint32_t, Bytes)>;
[[nodiscard]] result<void> load_pages(Store const& store, Manifest const& manifest, PageSink const& f,
                                      std::function<bool(book::TableId, std::uint32_t)> const& wants =
                                          [](book::TableId, std::uint32_t) { return true; });

/// One page of a manifest. Errors: Errc::damaged.
[[nodiscard]] result<std::string> load_page(Store const& store, Manifest const& manifest, book::TableId table,
                                            std::uint32_t page);

} // namespace plimsoll::store
