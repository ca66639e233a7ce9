/// A made chain behind JSON-RPC on loopback: a node whose every answer a test can bend.
#pragma once

#include "tests/tools/chain/made_chain.hpp"
#include "tests/tools/chain/rpc/scripted_node.hpp"
#include "tools/chain/records.hpp"

#include <fmt/core.h>

#include <map>
#include <mutex>
#include <set>

namespace plimsoll::tools::chain::rpc {

class MadeNode {
public:
    explicit MadeNode(MadeChain& chain)
        : chain_(&chain), server_([this](std::string const& body, httplib::Response& response) { serve(body, response); }) {}
    ~MadeNode() { server_.stop(); }

    std::mutex mutex; ///< whoever changes the chain while the node is asked holds it
    std::set<std::string> lacks;            ///< methods
    std::size_t most_log_blocks = 1'000'000; ///< of one eth_getLogs
    std::map<std::string, int> asked;        ///< by method
    std::function<bool(httplib::Response&)> misbehave = [](auto&) { return false; }; ///< true: that is the answer
    std::function<void(std::string const& method, std::string& result)> bend = [](auto const&, auto&) {};

    [[nodiscard]] std::string url() const { return server_.url(); }
    [[nodiscard]] int requests() const { return server_.requests(); }
    void stop() { server_.stop(); }

    [[nodiscard]] static std::string json_of(Header const& header, std::vector<Receipt> const& receipts) {
        std::string out;
        JsonWriter json(out);
        write_header(json, header);
        out.pop_back();
        out += ",\"transactions\":[";
        for (Receipt const& receipt : receipts) {
            out += (receipt.transaction_index == 0 ? "\"" : ",\"") + hex_of(receipt.transaction_hash) + "\"";
        }
        return out + "]}";
    }
    [[nodiscard]] static std::string json_of(Receipt const& receipt, Header const& header) {
        std::string out;
        JsonWriter json(out);
        write_receipt(json, receipt, header);
        return "{\"blockHash\":\"" + hex_of(header.hash) + "\"," + out.substr(1);
    }

private:
    void serve(std::string const& body, httplib::Response& response) {
        std::lock_guard const lock(mutex);
        if (misbehave(response)) return;
        simdjson::dom::parser parser;
        JsonElement const root = parser.parse(body);
        std::string out;
        if (root.is_array()) {
            for (JsonElement const call : root.get_array()) out = reply(call) + (out.empty() ? "" : "," + out); // last first
            out = "[" + out + "]";
        } else {
            out = reply(root);
        }
        response.set_content(out, "application/json");
    }

    [[nodiscard]] std::string reply(JsonElement call) {
        std::string const method(call["method"].get_string().value());
        ++asked[method];
        std::string const id = simdjson::minify(call["id"].value());
        std::string result = lacks.contains(method) ? refused(-32601, "no such method") : result_of(method, call["params"]);
        bend(method, result);
        bool const is_error = result.starts_with("{\"code\"");
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + (is_error ? ",\"error\":" : ",\"result\":") + result + "}";
    }
    [[nodiscard]] static std::string refused(int code, std::string_view message) {
        return fmt::format("{{\"code\":{},\"message\":\"{}\"}}", code, message);
    }

    [[nodiscard]] std::string result_of(std::string const& method, JsonElement params) {
        if (method == "eth_chainId") return "\"0x7a69\"";
        if (method == "eth_getBlockByNumber" || method == "eth_getBlockByHash") {
            MadeChain::Block const* block = find(text(params.at(0)));
            return block == nullptr ? "null" : json_of(block->header, block->receipts);
        }
        if (method == "eth_getBlockReceipts") {
            MadeChain::Block const* block = find(text(params.at(0)));
            if (block == nullptr) return "null";
            std::string out;
            for (Receipt const& receipt : block->receipts) out += (out.empty() ? "" : ",") + json_of(receipt, block->header);
            return "[" + out + "]";
        }
        if (method == "eth_getTransactionReceipt") {
            for (std::uint64_t number = 0; number <= chain_->head(); ++number) {
                for (Receipt const& receipt : (*chain_)[number].receipts) {
                    if (hex_of(receipt.transaction_hash) == text(params.at(0))) return json_of(receipt, (*chain_)[number].header);
                }
            }
            return "null";
        }
        if (method == "eth_getLogs") return logs(params.at(0));
        if (method == "eth_call") return "\"0x" + std::string(62, '0') + "2a\"";
        return refused(-32601, "no such method");
    }

    [[nodiscard]] std::string logs(JsonElement filter) {
        std::uint64_t const first = taken(parse_quantity(text(filter["fromBlock"])));
        std::uint64_t const last = taken(parse_quantity(text(filter["toBlock"])));
        if (last - first + 1 > most_log_blocks) return refused(-32005, "query exceeds max block range");
        std::string out;
        JsonWriter json(out);
        json.begin_array();
        for (std::uint64_t number = first; number <= std::min(last, chain_->head()); ++number) {
            for (Receipt const& receipt : (*chain_)[number].receipts) {
                for (Log const& log : receipt.logs) {
                    for (JsonElement const address : filter["address"].get_array()) {
                        if (text(address) == hex_of(log.address)) write_log(json, log);
                    }
                }
            }
        }
        json.end_array();
        return out;
    }

    [[nodiscard]] MadeChain::Block const* find(std::string const& what) {
        if (what == "latest") return &(*chain_)[chain_->head()];
        if (what == "finalized") return chain_->head() < 64 ? nullptr : &(*chain_)[chain_->head() - 64];
        if (what.size() == 66) {
            for (std::uint64_t number = 0; number <= chain_->head(); ++number) {
                if (hex_of((*chain_)[number].header.hash) == what) return &(*chain_)[number];
            }
            return nullptr;
        }
        std::uint64_t const number = taken(parse_quantity(what));
        return number <= chain_->head() ? &(*chain_)[number] : nullptr;
    }
    [[nodiscard]] static std::string text(JsonElement value) { return std::string(value.get_string().value()); }
    template <class T> [[nodiscard]] static T taken(result<T> const& value) { return value ? value.value() : T{}; }

    MadeChain* chain_;
    ScriptedNode server_;
};

} // namespace plimsoll::tools::chain::rpc
