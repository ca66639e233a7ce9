/// ABIs for tests, written as a contract's source would write its events.
#pragma once

#include "tools/chain/abi.hpp"

#include <gtest/gtest.h>

namespace plimsoll::tools::chain {

/// "Transfer(address indexed from, address to, uint256 value)" as JSON. Types without tuples.
[[nodiscard]] inline std::string event_json(std::string_view line) {
    auto const open = line.find('(');
    std::string json = R"({"type":"event","name":")" + std::string(line.substr(0, open)) + R"(","inputs":[)";
    std::string_view rest = line.substr(open + 1, line.rfind(')') - open - 1);
    for (bool first = true; !rest.empty(); first = false) {
        std::string_view const one = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        std::string_view const type = one.substr(0, one.find(' '));
        std::string_view const name = one.substr(one.rfind(' ') + 1);
        bool const indexed = one.find(" indexed ") != std::string_view::npos;
        json += std::string(first ? "" : ",") + R"({"type":")" + std::string(type) + R"(","name":")" +
                std::string(name) + R"(","indexed":)" + (indexed ? "true}" : "false}");
    }
    return json + "]}";
}

[[nodiscard]] inline std::string abi_json(std::initializer_list<std::string_view> lines) {
    std::string json = "[";
    for (std::string_view const line : lines) json += (json.size() > 1 ? "," : "") + event_json(line);
    return json + "]";
}

[[nodiscard]] inline Abi abi_of(std::initializer_list<std::string_view> lines) {
    auto abi = Abi::parse(abi_json(lines), "sample.json");
    EXPECT_TRUE(abi) << (abi ? "" : abi.error().message());
    return abi ? abi.value() : Abi{};
}

/// Data or topics: words in hexadecimal, each of 64 digits or padded to them from the left.
[[nodiscard]] inline Bytes words(std::initializer_list<std::string_view> list) {
    std::string text = "0x";
    for (std::string_view const word : list) text += std::string(64 - word.size(), '0') + std::string(word);
    return parse_hex(text).value();
}
[[nodiscard]] inline Bytes32 word(std::string_view digits) {
    Bytes const bytes = words({digits});
    Bytes32 out{};
    std::ranges::copy(bytes, out.begin());
    return out;
}

} // namespace plimsoll::tools::chain
