/// Everything that reads bytes from outside, each as a function of those bytes: for libFuzzer, and for the corpus test.
#pragma once

#include <span>
#include <string_view>

namespace plimsoll::fuzz {

struct Target {
    std::string_view name; ///< also of its folder under tests/fuzz/corpus
    /// Reads them. Refusing is fine; what may not happen is a crash, and what a target asserts.
    void (*read)(std::string_view bytes);
};

/// Of the ledger: batches, entries, checkpoints, write-ahead files, tiles, numbers and times.
[[nodiscard]] std::span<Target const> stored_targets();
/// Of proofs: notes and proof files.
[[nodiscard]] std::span<Target const> proof_targets();
/// Of people's texts: event and command lines, CSV, presets, the files of importers.
[[nodiscard]] std::span<Target const> text_targets();
/// Of a chain's nodes: their answers, their addresses.
[[nodiscard]] std::span<Target const> node_targets();
/// Of a chain's records: RLP, JSON, proofs, ABIs, logs, mappings, the importer.
[[nodiscard]] std::span<Target const> chain_targets();

/// All of them; null where none has that name.
[[nodiscard]] Target const* find_target(std::string_view name);
template <class F> void for_targets(F&& f) {
    for (auto const targets : {stored_targets(), proof_targets(), text_targets(), node_targets(), chain_targets()}) {
        for (Target const& target : targets) f(target);
    }
}

} // namespace plimsoll::fuzz
