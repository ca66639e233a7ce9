/// The terms of one option, from flags, from a ledger at a moment, or from both.
#pragma once

#include "replay/moment.hpp"
#include "risk/pricing/fast_black.hpp"
#include "tools/errc.hpp"

#include <optional>
#include <string>

namespace plimsoll::tools {

/// As they stand on the command line; empty where not given.
struct OptionAsk {
    std::string directory;
    std::string instrument;
    std::string at;
    std::string side;
    std::string forward;
    std::string strike;
    std::string expiry;
    std::string days;
    std::string seconds;
    std::string volatility;
    std::string price;
    std::string rate;
    std::string year_days = "365";
    bool is_inverse = false;
};

/// What is to be priced. Flags go before what the ledger has.
struct OptionQuestion {
    risk::fast::Terms terms;
    bool is_inverse = false;
    std::optional<Price> price; ///< given instead of a volatility: in coin where inverse
    std::string name;           ///< of the instrument, where a ledger has it
    std::string price_asset;    ///< what a price counts
    std::string quote_asset;    ///< what forward and strike count
    TimeNs valued_at = 0;       ///< 0: the time to expiry was given as such
    TimeNs expiry = 0;
    Int128 year_days = 0;       ///< units of 10^-18
    std::optional<Price> mark;  ///< the ledger's
    std::optional<replay::Moment> moment;
};

/// Errors: Errc::usage (a flag that is missing, double or unreadable, each named), those of
/// open_reader and moment_at, book::Errc::unknown_instrument.
[[nodiscard]] result<OptionQuestion> read_option(OptionAsk const& ask);

} // namespace plimsoll::tools
