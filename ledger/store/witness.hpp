/// The head witness: a small file outside the ledger that says up to where its log was promised.
#pragma once

#include "ledger/event/hash.hpp"
#include "ledger/store/marker.hpp"

#include <memory>

namespace plimsoll::store {

/// What the witness says: a log that lacks any of this has lost acknowledged history.
struct Promise {
    LedgerId ledger{};
    std::uint64_t counter = 0;  ///< grows with every write: the newer slot of two is in force
    std::uint64_t sequence = 0; ///< the last event that was acknowledged
    Hash log_root{};            ///< SHA-256 of the batch that ends there
    std::uint64_t checkpoint = 0; ///< the newest checkpoint known then, and its state root
    Hash state_root{};
};

/// The file is two slots of 4,096 bytes, written in turn, so that one is always whole:
///
///     magic "PLWITNES", version u32, ledger 16 bytes, counter u64, sequence u64, log root 32 bytes,
///     checkpoint u64, state root 32 bytes, CRC-32C of all before it u32; zeros
///
/// Numbers are big-endian.
class Witness {
public:
    /// Makes the file, both slots saying the same, over whatever lay there; its counter goes on from the promise's.
    /// Errors: Errc::witness_unwritable.
    [[nodiscard]] static result<void> create(std::filesystem::path const& file, Promise promise);
    /// The newer of the slots that are whole. Errors: Errc::witness_missing, witness_damaged.
    [[nodiscard]] static result<Promise> read(std::filesystem::path const& file);
    /// For writing. Errors: as read; Errc::witness_unwritable.
    [[nodiscard]] static result<std::unique_ptr<Witness>> open(std::filesystem::path const& file);
    ~Witness();
    Witness(Witness const&) = delete;
    Witness& operator=(Witness const&) = delete;

    /// Writes the older slot; `promise.counter` is given here. Errors: Errc::witness_unwritable.
    [[nodiscard]] result<void> write(Promise promise);
    /// Returns once what was written is on disk. Errors: Errc::witness_unwritable.
    [[nodiscard]] result<void> sync();

private:
    Witness() = default;
    std::filesystem::path file_;
    int descriptor_ = -1;
    std::uint64_t counter_ = 0;
};

} // namespace plimsoll::store
