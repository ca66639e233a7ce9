/// The pages' half of verify, on a thread of its own: checkpoints in the log's order, each page that they wrote read and hashed
/// before the replay comes to it.
#pragma once

#include "ledger/store/checkpoint.hpp"
#include "replay/pipe.hpp"

#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace plimsoll::replay {

class PageSide {
public:
    struct Page {
        std::uint8_t table = 0;
        std::uint32_t number = 0;
        std::size_t begin = 0; ///< of its bytes
        std::size_t size = 0;
    };
    /// Some of a checkpoint's pages: those of which the checkpoint before named no such version.
    struct Part {
        std::vector<Page> pages;
        std::string bytes;
        bool are_as_hashed = true; ///< each page has the hash that the manifest gives
        bool is_last = false;      ///< of its checkpoint
        /// With the last part. Errors: those of checkpoint_before and load_pages.
        std::optional<store::Manifest> manifest;
        std::optional<Error> failure;
        [[nodiscard]] Bytes of(Page const& page) const { return bytes_of(std::string_view(bytes).substr(page.begin, page.size)); }
    };

    explicit PageSide(store::Store const& store) : store_(store) {}
    ~PageSide();
    PageSide(PageSide const&) = delete;
    PageSide& operator=(PageSide const&) = delete;

    /// `checkpoints`: their sequences, ascending; they outlive the thread.
    void start(std::span<std::uint64_t const> checkpoints);
    /// The next part; each checkpoint has at least one.
    [[nodiscard]] Part* next() { return pipe_.to_take(); }
    void done_with_it() { pipe_.taken(); }

private:
    void run(std::span<std::uint64_t const> checkpoints);
    [[nodiscard]] bool read(std::uint64_t sequence);
    [[nodiscard]] Part* fresh_part();

    store::Store const& store_;
    Pipe<Part> pipe_;
    store::Manifest before_; ///< the last one read
    std::thread thread_;
};

} // namespace plimsoll::replay
