#include "tools/chain/rpc/node_source.hpp"

#include "tools/chain/block.hpp"
#include "tools/chain/records.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace plimsoll::tools::chain::rpc {
namespace {

using simdjson::dom::element;

[[nodiscard]] std::string quoted(std::string const& text) { return "\"" + text + "\""; }
[[nodiscard]] std::string block_number(std::uint64_t number) { return quoted(quantity_of(number)); }

[[nodiscard]] char const* tag_text(BlockTag tag) {
    switch (tag) {
    case BlockTag::safe: return "\"safe\"";
    case BlockTag::finalized: return "\"finalized\"";
    case BlockTag::latest: break;
    }
    return "\"latest\"";
}

[[nodiscard]] Call header_call(std::string const& block) { return {"eth_getBlockByNumber", "[" + block + ",false]"}; }
[[nodiscard]] Call receipts_call(std::uint64_t number) { return {"eth_getBlockReceipts", "[" + block_number(number) + "]"}; }

[[nodiscard]] Call contract_call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) {
    return {"eth_call", fmt::format(R"([{{"to":"{}","data":"{}"}},{}])", hex_of(to), hex_of(data), block_number(block))};
}

/// The first hash of a block in receipts that is not the header's; empty where all agree.
[[nodiscard]] std::string other_hash(element receipts, Header const& header) {
    std::string const want = hex_of(header.hash);
    simdjson::dom::array array;
    if (receipts.get(array) != simdjson::SUCCESS) return {}; // told when it is read
    for (element const receipt : array) {
        std::string_view hash;
        if (receipt["blockHash"].get(hash) == simdjson::SUCCESS && hash != want) return std::string(hash.substr(0, 66));
    }
    return {};
}

[[nodiscard]] bool has_removed_log(element receipts) {
    simdjson::dom::array array;
    if (receipts.get(array) != simdjson::SUCCESS) return false;
    for (element const receipt : array) {
        simdjson::dom::array logs;
        if (receipt["logs"].get(logs) != simdjson::SUCCESS) continue;
        for (element const log : logs) {
            bool is_removed = false;
            if (log["removed"].get(is_removed) == simdjson::SUCCESS && is_removed) return true;
        }
    }
    return false;
}

} // namespace

result<std::unique_ptr<NodeSource>> NodeSource::open(std::string_view url, NodeOptions const& options) {
    PLIMSOLL_TRY(endpoint, Endpoint::parse(url));
    return std::make_unique<NodeSource>(endpoint, options);
}

template <class F> result<void> NodeSource::ask(std::string method, std::string params, F&& take) {
    Call const call{std::move(method), std::move(params)};
    return client_.ask(std::span(&call, 1), [&](std::size_t, element value) { return take(value); });
}

result<std::uint64_t> NodeSource::chain_id() {
    std::uint64_t id = 0;
    PLIMSOLL_TRYV(ask("eth_chainId", "[]", [&](element value) -> result<void> {
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return fail(Errc::node_answers_garbage, name() + ": eth_chainId: not a text");
        PLIMSOLL_TRY(number, parse_quantity(text));
        id = number;
        return outcome::success();
    }));
    return id;
}

result<Header> NodeSource::ask_header(std::string const& block, std::string const& shown) {
    Header header;
    Call const call = header_call(block);
    PLIMSOLL_TRYV(ask(call.method, call.params, [&](element value) -> result<void> {
        if (value.is_null()) {
            return fail(Errc::block_absent, fmt::format("{}: {}; it is not mined yet, or the node no longer keeps it", name(), shown));
        }
        auto read = read_header(value);
        if (!read) return outcome::failure(read.error().at(name() + ": " + shown));
        header = std::move(read.value());
        return outcome::success();
    }));
    return header;
}

result<Header> NodeSource::header(BlockTag tag) { return ask_header(tag_text(tag), std::string("the block ") + tag_text(tag)); }

result<Header> NodeSource::header(std::uint64_t number) {
    if (number >= announced_first_ && number <= announced_last_ && options_.read_ahead_blocks > 0) {
        if (!ahead_.contains(number)) {
            PLIMSOLL_TRYV(read_ahead(number));
        }
        if (auto const found = ahead_.find(number); found != ahead_.end()) return found->second.header;
    }
    PLIMSOLL_TRY(header, ask_header(block_number(number), fmt::format("block {}", number)));
    if (header.number != number) {
        return fail(Errc::answers_differ, fmt::format("{}: asked for block {}, it gave block {}", name(), number, header.number));
    }
    return header;
}

void NodeSource::will_read(std::uint64_t first, std::uint64_t last, std::span<Address const> of) {
    announced_first_ = first;
    announced_last_ = last;
    announced_of_.assign(of.begin(), of.end());
    ahead_.clear();
}

/// The next headers in one request, then the receipts that they call for in another. What cannot be read is left out: it
/// is asked for again when it is its turn, and told then.
result<void> NodeSource::read_ahead(std::uint64_t first) {
    ahead_.clear();
    std::uint64_t const last = first + std::min(options_.read_ahead_blocks - 1, announced_last_ - first);
    std::vector<Call> calls;
    for (std::uint64_t number = first; number <= last; ++number) calls.push_back(header_call(block_number(number)));
    PLIMSOLL_TRYV(client_.ask(calls, [&](std::size_t place, element value) -> result<void> {
        if (value.is_null()) return outcome::success();
        auto header = read_header(value);
        if (header && header.value().number == first + place) ahead_[first + place].header = std::move(header.value());
        return outcome::success();
    }));
    return read_receipts_ahead();
}

result<void> NodeSource::read_receipts_ahead() {
    if (!has_block_receipts_) return outcome::success();
    std::vector<Call> calls;
    std::vector<Block*> blocks;
    for (auto& [number, block] : ahead_) {
        bool const is_wanted = announced_of_.empty() || std::ranges::any_of(announced_of_, [&](Address const& address) {
                                   return block.header.logs_bloom.size() == bloom_bytes &&
                                          may_hold(block.header.logs_bloom, address);
                               });
        if (!is_wanted) continue;
        calls.push_back(receipts_call(number));
        blocks.push_back(&block);
    }
    auto const asked = client_.ask(calls, [&](std::size_t place, element value) -> result<void> {
        auto receipts = read_receipts_of(value, blocks[place]->header);
        if (!receipts) return outcome::success();
        blocks[place]->receipts = std::move(receipts.value());
        blocks[place]->has_receipts = true;
        return outcome::success();
    });
    if (!asked && asked.error().is(Errc::method_absent)) return outcome::success(); // receipts() finds it out
    return asked;
}

result<std::vector<Receipt>> NodeSource::read_receipts_of(element json, Header const& header) const {
    std::string const place = fmt::format("{}: block {}", name(), header.number);
    if (json.is_null()) return fail(Errc::block_absent, place + ": it has the block, but not its receipts");
    if (std::string const other = other_hash(json, header); !other.empty()) {
        return fail(Errc::answers_differ,
                    fmt::format("{}: its header is of {}, its receipts are of {}", place, hex_of(header.hash), other));
    }
    if (has_removed_log(json)) {
        return fail(Errc::answers_differ, place + ": its header is there, but a log of it is marked as removed");
    }
    auto receipts = read_receipts(json, header);
    if (!receipts) return outcome::failure(receipts.error().at(place));
    return receipts;
}

result<std::vector<Receipt>> NodeSource::receipts(Header const& header) {
    if (auto const found = ahead_.find(header.number); found != ahead_.end()) {
        Block const block = std::move(found->second);
        ahead_.erase(found);
        if (block.has_receipts && block.header.hash == header.hash) return block.receipts;
    }
    if (!has_block_receipts_) return receipts_one_by_one(header);
    std::vector<Receipt> receipts;
    Call const call = receipts_call(header.number);
    auto const asked = ask(call.method, call.params, [&](element value) -> result<void> {
        PLIMSOLL_TRY(read, read_receipts_of(value, header));
        receipts = std::move(read);
        return outcome::success();
    });
    if (!asked && asked.error().is(Errc::method_absent)) {
        has_block_receipts_ = false;
        return receipts_one_by_one(header);
    }
    PLIMSOLL_TRYV(asked);
    return receipts;
}

/// For nodes without eth_getBlockReceipts: of each transaction that the block lists.
result<std::vector<Receipt>> NodeSource::receipts_one_by_one(Header const& header) {
    std::string const place = fmt::format("{}: block {}", name(), header.number);
    std::vector<Call> calls;
    PLIMSOLL_TRYV(ask("eth_getBlockByHash", "[" + quoted(hex_of(header.hash)) + ",false]", [&](element value) -> result<void> {
        simdjson::dom::array hashes;
        if (value.is_null()) return fail(Errc::answers_differ, place + ": its header is there, its hash is not");
        if (value["transactions"].get(hashes) != simdjson::SUCCESS) {
            return fail(Errc::node_answers_garbage, place + ": a block without its list of transactions");
        }
        for (element const hash : hashes) {
            std::string_view text;
            if (hash.get(text) != simdjson::SUCCESS || !parse_hex_array<32>(text)) {
                return fail(Errc::node_answers_garbage, place + ": a transaction's hash that is none");
            }
            calls.push_back({"eth_getTransactionReceipt", "[" + quoted(std::string(text)) + "]"});
        }
        return outcome::success();
    }));
    std::string all = "[";
    PLIMSOLL_TRYV(client_.ask(calls, [&](std::size_t index, element value) -> result<void> {
        if (value.is_null()) return fail(Errc::block_absent, place + ": it has the block, but not all its receipts");
        all += (index == 0 ? "" : ",") + simdjson::minify(value);
        return outcome::success();
    }));
    simdjson::dom::parser parser;
    element json;
    bool const parses = parser.parse(all + "]").get(json) == simdjson::SUCCESS;
    PLIMSOLL_ASSERT(parses); // its parts did
    return read_receipts_of(json, header);
}

result<std::vector<Log>> NodeSource::logs(std::span<Address const> addresses, std::uint64_t first, std::uint64_t last) {
    std::string list;
    for (Address const& address : addresses) list.append(list.empty() ? "" : ",").append(quoted(hex_of(address)));
    std::vector<Log> out;
    std::uint64_t range = std::max<std::uint64_t>(options_.log_range_blocks, 1);
    for (std::uint64_t begin = first; begin <= last;) {
        std::uint64_t const end = begin + std::min(range - 1, last - begin);
        std::size_t const before = out.size();
        auto const asked = ask_logs(list, begin, end, out);
        bool const is_large = !asked && (asked.error().is(Errc::range_too_large) || asked.error().is(Errc::answer_too_large));
        if (is_large && end > begin) {
            out.resize(before);
            range = (end - begin + 1) / 2;
            continue;
        }
        PLIMSOLL_TRYV(asked);
        if (end == last) break; // also where last is the largest number
        begin = end + 1;
    }
    return out;
}

result<void> NodeSource::ask_logs(std::string const& addresses, std::uint64_t first, std::uint64_t last, std::vector<Log>& out) {
    std::string const params = fmt::format(R"([{{"address":[{}],"fromBlock":{},"toBlock":{}}}])", addresses, block_number(first), block_number(last));
    return ask("eth_getLogs", params, [&](element value) -> result<void> {
        std::string const place = fmt::format("{}: logs of blocks {} to {}", name(), first, last);
        simdjson::dom::array array;
        if (value.get(array) != simdjson::SUCCESS) return fail(Errc::node_answers_garbage, place + ": not a list");
        std::pair<std::uint64_t, std::uint64_t> before{first, 0};
        bool is_first = true;
        for (element const each : array) {
            auto read = read_log(each);
            if (!read) return outcome::failure(read.error().at(place));
            Log& log = read.value();
            std::pair const here{log.block_number, log.log_index};
            if (log.removed) return fail(Errc::answers_differ, fmt::format("{}: log {} of block {} is marked as removed", place, here.second, here.first));
            if (here < before || (!is_first && here == before) || here.first > last) {
                return fail(Errc::node_answers_garbage, fmt::format("{}: log {} of block {} is out of its place", place, here.second, here.first));
            }
            before = here;
            is_first = false;
            out.push_back(std::move(log));
        }
        return outcome::success();
    });
}

void NodeSource::will_call(std::span<ContractCall const> calls, std::uint64_t block) {
    announced_calls_.assign(calls.begin(), calls.end());
    announced_calls_block_ = block;
    answers_.clear();
}

/// All that was announced, in few requests. Where one is refused none is kept: each is then asked alone, and told then.
void NodeSource::call_ahead() {
    std::vector<Call> calls;
    for (ContractCall const& each : announced_calls_) calls.push_back(contract_call(each.to, each.data, announced_calls_block_));
    auto const asked = client_.ask(calls, [&](std::size_t place, element value) -> result<void> {
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return outcome::success();
        auto answer = parse_hex(text);
        if (answer) answers_.insert_or_assign(announced_calls_[place], std::move(answer.value()));
        return outcome::success();
    });
    if (!asked) answers_.clear();
    announced_calls_.clear();
}

result<Bytes> NodeSource::call(Address const& to, std::span<std::uint8_t const> data, std::uint64_t block) {
    ContractCall const question{to, Bytes(data.begin(), data.end())};
    if (block == announced_calls_block_ && std::ranges::find(announced_calls_, question) != announced_calls_.end()) call_ahead();
    if (auto const found = answers_.find(question); block == announced_calls_block_ && found != answers_.end()) {
        Bytes answer = std::move(found->second);
        answers_.erase(found);
        return answer;
    }
    Bytes out;
    Call const call = contract_call(to, data, block);
    PLIMSOLL_TRYV(ask(call.method, call.params, [&](element value) -> result<void> {
        std::string_view text;
        if (value.get(text) != simdjson::SUCCESS) return fail(Errc::node_answers_garbage, name() + ": eth_call: not a text");
        return append_hex(text, out);
    }));
    return out;
}

result<AccountProof> NodeSource::proof(Address const& account, std::span<Bytes32 const> slots, std::uint64_t block) {
    std::string list;
    for (Bytes32 const& slot : slots) list.append(list.empty() ? "" : ",").append(quoted(hex_of(slot)));
    AccountProof proof;
    std::string const params = fmt::format(R"(["{}",[{}],{}])", hex_of(account), list, block_number(block));
    PLIMSOLL_TRYV(ask("eth_getProof", params, [&](element value) -> result<void> {
        std::string const place = fmt::format("{}: proof of {} at block {}", name(), hex_of(account), block);
        auto read = read_account_proof(value);
        if (!read) return outcome::failure(read.error().at(place));
        proof = std::move(read.value());
        bool const is_asked = proof.address == account && std::ranges::equal(proof.storage, slots, {}, &StorageProof::slot);
        if (!is_asked) return fail(Errc::answer_incomplete, place + ": not of the account and slots that were asked for");
        return outcome::success();
    }));
    return proof;
}

} // namespace plimsoll::tools::chain::rpc
