#include "tests/fuzz/scratch.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/tools/chain/vault_sample.hpp"
#include "tools/chain/chain_file.hpp"
#include "tools/chain/mapping.hpp"
#include "tools/chain/rlp.hpp"
#include "tools/chain/state_proof.hpp"
#include "tools/import/evm_json.hpp"

namespace plimsoll::fuzz {
namespace {

using namespace tools::chain;

[[nodiscard]] ByteView view(std::string_view text) { return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()}; }

/// What is read is what writes the same bytes.
void rlp(std::string_view text) {
    auto const items = read_rlp_list(view(text));
    if (!items) return;
    tools::chain::Bytes out;
    RlpWriter writer(out);
    std::size_t const list = writer.begin_list();
    for (RlpItem const& item : items.value()) writer.raw(item.whole);
    writer.end_list(list);
    PLIMSOLL_ASSERT(std::ranges::equal(out, view(text)));
}

template <class F> void with_json(std::string_view text, F&& f) {
    simdjson::dom::parser parser;
    JsonElement root;
    if (parser.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS) f(root);
}

void chain_record(std::string_view text) {
    with_json(text, [](JsonElement root) {
        auto const record = read_record(root, [](Header const&) { return true; });
        if (!record) return;
        auto const* const block = std::get_if<FileBlock>(&record.value());
        if (block == nullptr || !verify_header(block->header)) return;
        static_cast<void>(ReceiptsCheck().verify(block->header, block->receipts));
    });
}

/// The account's own first node names the root, so that what lies below it is walked.
void state_proof(std::string_view text) {
    with_json(text, [](JsonElement root) {
        auto const proof = read_account_proof(root);
        if (!proof) return;
        auto const& nodes = proof.value().nodes;
        static_cast<void>(verify_account(nodes.empty() ? empty_trie_root() : keccak256(ByteView(nodes[0])), proof.value()));
    });
}

void abi(std::string_view text) { static_cast<void>(Abi::parse(text, "fuzzed.json")); }

void abi_log(std::string_view text) {
    static Abi const abi = Abi::parse(R"([{"type":"event","name":"E","inputs":[{"name":"a","type":"bytes"},{"name":"b","type":"uint8[]"},
        {"name":"c","type":"tuple[]","components":[{"name":"d","type":"string"},{"name":"e","type":"int16[2]"}]}]}])", "abi").value();
    Log log;
    log.topics.push_back(abi.events()[0].topic);
    log.data.assign(view(text).begin(), view(text).end());
    std::vector<AbiValue> values;
    static_cast<void>(decode_log(abi.events()[0], log, values));
}

void mapping(std::string_view text) {
    static MappingText const vault = MappingText::load("erc20-vault").value();
    MappingText changed = vault;
    changed.toml = text;
    static_cast<void>(Mapping::read(changed, "fuzzed.toml"));
    static_cast<void>(MappingText::from_bundle(text));
}

/// The whole importer into an empty ledger, whose events are dropped again.
void import_chain(std::string_view text) {
    static Scratch const scratch;
    static auto const engine = [] {
        auto const path = scratch.folder() / "ledger";
        PLIMSOLL_ASSERT(replay::Engine::create(path));
        return std::move(replay::Engine::open(path).value());
    }();
    if (text.empty()) return;
    tools::ImportOptions options = vault_options();
    options.quarantine = (static_cast<unsigned char>(text.front()) & 1U) != 0;
    options.unproved = (static_cast<unsigned char>(text.front()) & 2U) != 0;
    engine->hold(1'000'000);
    static_cast<void>(tools::import_evm_json(*engine, scratch.file("import", text.substr(1)), options));
    PLIMSOLL_ASSERT(engine->abandon());
    PLIMSOLL_ASSERT(engine->book().sequence() == 0);
}

constexpr Target targets[] = {{"rlp", rlp},         {"chain_record", chain_record}, {"state_proof", state_proof},
                              {"abi", abi},         {"abi_log", abi_log},           {"mapping", mapping},
                              {"import_chain", import_chain}};

} // namespace

std::span<Target const> chain_targets() { return targets; }

} // namespace plimsoll::fuzz
