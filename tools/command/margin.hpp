/// What the two forms of the margin command share: the question, and one preset at work on one book.
#pragma once

#include "risk/margin/sweep.hpp"
#include "tools/command/answer.hpp"
#include "tools/command/preset_choice.hpp"
#include "tools/command/question.hpp"
#include "tools/command/shell.hpp"

namespace plimsoll::tools {

struct MarginAsk {
    std::string directory;
    std::string name;
    std::string moment = "latest";
    std::string in;
    std::vector<std::string> presets;
    std::uint64_t limit = 50;
    bool everyone = false;
    bool is_screened = false;
    bool all_rows = false;
};

/// A book's market and its valuation in one asset.
struct MarginGround {
    book::Book const& book;
    AssetId in;
    risk::Market market;
    risk::Valuation valuation;
};

/// Errors: as find_valuation_asset.
[[nodiscard]] result<MarginGround> margin_ground(book::Book const& book, std::string const& in);

/// margin DIR NAME.
[[nodiscard]] result<Status> margin_of_one(Shell const& shell, MarginAsk const& ask);
/// margin DIR --all.
[[nodiscard]] result<Status> margin_of_all(Shell const& shell, MarginAsk const& ask);

} // namespace plimsoll::tools
