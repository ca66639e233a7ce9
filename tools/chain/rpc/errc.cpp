#include "tools/chain/rpc/errc.hpp"

namespace plimsoll::tools::chain::rpc {

plimsoll::Rule describe(Errc code) {
    auto rule = [](std::string_view name, std::string_view sentence, Status status = Status::bad_input) {
        return plimsoll::Rule{"chain_rpc", name, sentence, status};
    };
    switch (code) {
    case Errc::node_url_malformed: return rule("node_url_malformed", "not the address of a node", Status::usage);
    case Errc::node_unreachable: return rule("node_unreachable", "the node cannot be reached");
    case Errc::node_timed_out: return rule("node_timed_out", "the node did not answer in time");
    case Errc::node_busy: return rule("node_busy", "the node turns requests away");
    case Errc::node_answers_garbage: return rule("node_answers_garbage", "the node's answer is no JSON-RPC");
    case Errc::answer_incomplete: return rule("answer_incomplete", "the node's answer lacks a part of what was asked");
    case Errc::answer_too_large: return rule("answer_too_large", "the node's answer is larger than allowed");
    case Errc::node_refuses: return rule("node_refuses", "the node refuses");
    case Errc::method_absent: return rule("method_absent", "the node lacks a method that is needed");
    case Errc::range_too_large: return rule("range_too_large", "the node refuses so large a range");
    case Errc::block_absent: return rule("block_absent", "the node does not have that block");
    case Errc::answers_differ:
        return rule("answers_differ", "the node gave two different answers for one block", Status::finding);
    }
    return rule("unknown", "unknown failure");
}

} // namespace plimsoll::tools::chain::rpc
