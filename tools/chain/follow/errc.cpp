#include "tools/chain/follow/errc.hpp"

namespace plimsoll::tools::chain::follow {

plimsoll::Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence, Status status) {
        return plimsoll::Rule{"chain_follow", name, sentence, status};
    };
    switch (code) {
    case Errc::final_block_replaced:
        return rule("final_block_replaced", "a block that was final, and is in the ledger, is another now", Status::finding);
    case Errc::chain_keeps_moving:
        return rule("chain_keeps_moving", "the node's answers do not belong to one chain", Status::bad_input);
    }
    return rule("unknown", "unknown failure", Status::bad_input);
}

} // namespace plimsoll::tools::chain::follow
