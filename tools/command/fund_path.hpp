/// Where an account's money came from and went between two moments: by cause, by loss, to the unit.
#pragma once

#include "replay/moment.hpp"
#include "tools/command/question.hpp"

#include <map>
#include <string>
#include <vector>

namespace plimsoll::tools {

/// What moved by one cause: in and out apart, since they may both be many.
struct Flow {
    std::uint64_t events = 0;
    Int128 in = 0;
    Int128 out = 0; ///< zero or less
};

/// One loss, and what the account paid of it.
struct Draw {
    std::uint64_t loss = 0;
    std::uint64_t sequence = 0; ///< of the first payment
    AccountId account;          ///< whose loss it was
    wire::Layer layer{};
    Int128 paid = 0;
};

/// One asset of the account between the two moments: opening + every flow = closing.
struct Path {
    Int128 opening = 0;
    Int128 closing = 0;
    Int128 lowest = 0;
    std::uint64_t lowest_sequence = 0;
    std::map<std::string, Flow> flows; ///< by cause
    std::vector<Draw> draws;           ///< in order of their losses' first payment

    [[nodiscard]] Int128 sum() const {
        Int128 total = opening;
        for (auto const& [cause, flow] : flows) total += flow.in + flow.out;
        return total;
    }
};

/// Every asset that it had or moved.
struct FundPath {
    AccountId account;
    std::map<AssetId, Path> paths;
    std::uint64_t positions = 0; ///< instruments that it holds at the end: their value is not in here
};

/// Reads the account's events of the span; `end` is the book after its last.
/// Errors: damage; Errc::statement_breaks where opening and causes do not add up to the balance, or what losses drew
/// is not what it paid.
[[nodiscard]] result<FundPath> follow_fund(replay::Reader const& reader, book::Book const& end, AccountId account, Span const& span);

} // namespace plimsoll::tools
