#include "ledger/event/result.hpp"
#include "tests/fuzz/targets.hpp"
#include "tools/chain/block.hpp"
#include "tools/chain/rpc/node_source.hpp"

namespace plimsoll::fuzz {
namespace {

using namespace tools::chain;

/// A node that says the same to everything.
class Parrot final : public rpc::Transport {
public:
    explicit Parrot(std::string_view words) : words_(words) {}
    result<rpc::Answer> post(std::string const&) override { return rpc::Answer{200, std::string(words_), {}}; }

private:
    std::string_view words_;
};

/// An answer to each question that is put to a node; what is read as a block is hashed and looked into.
void node_answer(std::string_view bytes) {
    static rpc::Endpoint const endpoint = rpc::Endpoint::parse("http://node/0123456789").value();
    auto const asked = [&](auto&& question) {
        rpc::NodeOptions options;
        options.client.attempts = 1;
        rpc::NodeSource source(endpoint, options, std::make_unique<Parrot>(bytes), {[] { return std::chrono::nanoseconds{0}; }, [](auto) {}});
        auto const answer = question(source);
        // The node's words are told with the key blotted out of them; a record that is none is told as it is.
        bool const is_word = !answer && answer.error().rule().room == "chain_rpc";
        PLIMSOLL_ASSERT(!is_word || answer.error().message().find("0123456789") == std::string::npos);
        return answer;
    };
    static Address const address{1};
    static Bytes32 const slot{2};
    static_cast<void>(asked([](rpc::NodeSource& source) { return source.chain_id(); }));
    static_cast<void>(asked([](rpc::NodeSource& source) { return source.call(address, {}, 1); }));
    static_cast<void>(asked([](rpc::NodeSource& source) { return source.proof(address, std::span(&slot, 1), 1); }));
    static_cast<void>(asked([](rpc::NodeSource& source) { return source.logs(std::span(&address, 1), 0, 9); }));
    auto const header = asked([](rpc::NodeSource& source) { return source.header(BlockTag::latest); });
    if (header) static_cast<void>(verify_header(header.value()));
    Header const of = header ? header.value() : Header{};
    auto const receipts = asked([&](rpc::NodeSource& source) { return source.receipts(of); });
    if (receipts) static_cast<void>(ReceiptsCheck().verify(of, receipts.value()));
}

/// An address is taken apart, or refused; nothing that may be a key of it is shown.
void node_address(std::string_view bytes) {
    auto const endpoint = rpc::Endpoint::parse(bytes);
    if (!endpoint) return;
    rpc::Endpoint const& address = endpoint.value();
    auto const again = rpc::Endpoint::parse(address.origin() + address.target());
    PLIMSOLL_ASSERT(again && again.value().origin() == address.origin() && again.value().target() == address.target());
    PLIMSOLL_ASSERT(address.shown() == address.origin() || address.shown() == address.origin() + "/...");
    static_cast<void>(address.blotted(bytes));
}

constexpr Target targets[] = {{"node_answer", node_answer}, {"node_address", node_address}};

} // namespace

std::span<Target const> node_targets() { return targets; }

} // namespace plimsoll::fuzz
