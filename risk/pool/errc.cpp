#include "risk/pool/errc.hpp"

namespace plimsoll::risk::pool {

Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence) { return Rule{"risk", name, sentence, Status::bad_input}; };
    switch (code) {
    case Errc::perpetual_does_not_fit:
        return rule("perpetual_does_not_fit", "a pool trades linear perpetuals that have a market account of their own");
    case Errc::impact_fund_missing: return rule("impact_fund_missing", "an account of kind treasury holds what impacts cost");
    case Errc::profit_too_large: return rule("profit_too_large", "the pool takes no more on that side while its traders' profit is so large a share of it");
    case Errc::deleverage_not_due: return rule("deleverage_not_due", "traders' profit is no larger a share of the pool than it may be");
    }
    return {};
}

} // namespace plimsoll::risk::pool
