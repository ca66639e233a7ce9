/// A golden file: a log with what it must add up to, for ever, in one file. tools/README.md says each line.
#pragma once

#include "ledger/event/batch.hpp"
#include "tools/errc.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plimsoll::tools {

struct GoldenState {
    std::uint64_t sequence = 0;
    Hash root{};
};

/// What a log is expected to give.
struct Expectation {
    std::uint64_t events = 0;
    std::vector<GoldenState> states; ///< ascending; the last is of the end
    Hash log_root{};
    Hash tree_root{};
    std::vector<std::string> report; ///< "kind Traded 120", "asset USDC liabilities 12.5"
};

struct Golden {
    std::uint64_t schema = schema_version;
    Expectation expected;
    std::vector<std::string> batches; ///< as they lay in the log

    /// Equal goldens, equal bytes.
    [[nodiscard]] std::string text() const;
    /// Errors: Errc::golden_malformed: damaged, cut, or of a newer form or schema.
    [[nodiscard]] static result<Golden> parse(std::string_view text);
};

/// Where what came differs from what was expected first.
struct GoldenDifference {
    std::string what; ///< "state root after #500", "log root", "report line 3"
    std::string expected;
    std::string found;
};

/// What this program makes of batches, from nothing: state roots after each of `stops` and at the end.
/// Errors: event::Errc; book::Errc::rows_disagree; Errc::golden_malformed where batches do not follow each other.
[[nodiscard]] result<Expectation> add_up(std::vector<std::string> const& batches, std::vector<std::uint64_t> const& stops,
                                         std::function<void(std::uint64_t)> const& progress = {});

/// Nothing where all is as expected.
[[nodiscard]] std::optional<GoldenDifference> first_difference(Expectation const& expected, Expectation const& found);

} // namespace plimsoll::tools
