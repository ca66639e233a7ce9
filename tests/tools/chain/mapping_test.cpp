#include "tests/tools/chain/abi_sample.hpp"
#include "tools/chain/mapping.hpp"

namespace plimsoll::tools::chain {
namespace {

constexpr std::string_view good = R"(name = "sample"
version = "1"
description = "for tests"
chain = "ethereum"
[parameters]
fees = "0xfefefefefefefefefefefefefefefefefefefefe"
[contract.vault]
address = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
abi = "sample.json"
[[asset]]
name = "USD"
decimals = 6
[[rule]]
contract = "vault"
event = "Deposited"
kind = "Transferred"
type = "deposit"
account = "{account}"
counter = "chain:ethereum"
asset = "USD"
amount = "amount@6"
)";

[[nodiscard]] MappingText text_of(std::string toml) {
    MappingText text;
    text.toml = std::move(toml);
    text.files["sample.json"] = abi_json({"Deposited(address indexed account, uint256 amount)", "Other(bool x)"});
    return text;
}

TEST(MappingFile, IsReadWithItsRules) {
    auto const mapping = Mapping::read(text_of(std::string(good)), "m.toml");
    ASSERT_TRUE(mapping) << mapping.error().message();
    EXPECT_EQ(mapping.value().rules.size(), 1U);
    EXPECT_EQ(mapping.value().rules[0].line, 13U);
    EXPECT_EQ(mapping.value().outside_account, "chain:ethereum");
}

TEST(MappingFile, TheShippedOnesAreReadWithTheirParameters) {
    auto text = MappingText::load("erc20-vault");
    ASSERT_TRUE(text) << text.error().message();
    auto const unset = Mapping::read(text.value(), "erc20-vault");
    ASSERT_FALSE(unset);
    EXPECT_NE(unset.error().detail().find("has no value: say --set fee_collector=..."), std::string::npos)
        << unset.error().detail();
    for (auto const* name : {"vault", "token", "fee_collector", "insurance_fund"}) {
        text.value().parameters[name] = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    }
    auto const mapping = Mapping::read(text.value(), "erc20-vault");
    ASSERT_TRUE(mapping) << mapping.error().message();
    EXPECT_EQ(mapping.value().balances.size(), 2U);
}

TEST(MappingFile, ABundleKeepsAllOfIt) {
    MappingText text = text_of(std::string(good));
    text.parameters["vault"] = "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    auto const again = MappingText::from_bundle(text.bundle());
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(again.value().bundle(), text.bundle());
    auto const mapping = Mapping::read(again.value(), "ledger");
    ASSERT_TRUE(mapping) << mapping.error().message();
    EXPECT_EQ(hex_of(mapping.value().contracts[0]->address), text.parameters["vault"]);
    EXPECT_FALSE(MappingText::from_bundle("{}"));
    EXPECT_FALSE(MappingText::from_bundle("not json"));
}

struct BadMapping {
    std::string name;
    std::string from;
    std::string to;
    std::string detail;
};
class MappingRefusal : public testing::TestWithParam<BadMapping> {};

TEST_P(MappingRefusal, SaysLineAndReason) {
    std::string toml(good);
    auto const at = toml.find(GetParam().from);
    ASSERT_NE(at, std::string::npos);
    toml.replace(at, GetParam().from.size(), GetParam().to);
    auto const mapping = Mapping::read(text_of(toml), "m.toml");
    ASSERT_FALSE(mapping);
    EXPECT_TRUE(mapping.error().is(Errc::mapping_malformed)) << mapping.error().message();
    EXPECT_NE(mapping.error().detail().find(GetParam().detail), std::string::npos) << mapping.error().detail();
}

INSTANTIATE_TEST_SUITE_P(
    EveryReason, MappingRefusal,
    testing::Values(
        BadMapping{"NoToml", "[[rule]]", "[[rule", "m.toml:13"},
        BadMapping{"NoName", "name = \"sample\"", "", "name: is missing"},
        BadMapping{"StrangeKey", "chain = ", "chains = \"x\"\nchain = ", "m.toml:4: chains: is not a key that belongs here"},
        BadMapping{"NoAddress", "address = \"0xaa", "address = \"0x", "address: '0x"},
        BadMapping{"NoAbi", "sample.json", "other.json", "m.toml:9: abi: 'other.json' was not found"},
        BadMapping{"TooManyDecimals", "decimals = 6", "decimals = 19", "m.toml:12: decimals: must be from 0 to 18"},
        BadMapping{"NoSuchContract", "contract = \"vault\"", "contract = \"bank\"", "m.toml:14: contract: there is no [contract.bank]"},
        BadMapping{"NoSuchEvent", "\"Deposited\"", "\"Deposit\"",
                   "m.toml:15: event: contract vault: it has no event 'Deposit'"},
        BadMapping{"NoSuchKind", "\"Transferred\"", "\"Moved\"", "m.toml:16: kind: 'Moved' is none of Transferred, Traded"},
        BadMapping{"NoSuchChoice", "\"deposit\"", "\"gift\"", "m.toml:17: type: 'gift' is none of deposit, withdrawal"},
        BadMapping{"NoSuchArgument", "{account}", "{acount}", "m.toml:18: account: not an expression: '{acount}'"},
        BadMapping{"FieldMissing", "asset = \"USD\"", "", "m.toml:13: asset: is missing"},
        BadMapping{"DecimalsForgotten", "amount@6", "amount",
                   "m.toml:21: amount: a number of 10^-18 (say its decimals: amount@6) belongs here, not a plain number"},
        BadMapping{"StrangeField", "asset = \"USD\"", "asset = \"USD\"\ncolour = \"red\"",
                   "m.toml:21: colour: is not a key that belongs here"},
        BadMapping{"ConditionIsANumber", "kind = \"Tr", "when = \"amount\"\nkind = \"Tr", "m.toml:16: when: must be a condition"},
        BadMapping{"ParameterWithoutValue", "\"0xfefefefefefefefefefefefefefefefefefefefe\"", "\"\"",
                   "m.toml:6: fees: has no value: say --set fees=..."}),
    [](auto const& row) { return row.param.name; });

TEST(MappingFile, WhatIsSetMustBeAParameterOrAContract) {
    MappingText text = text_of(std::string(good));
    text.parameters["vualt"] = "0x";
    auto const mapping = Mapping::read(text, "m.toml");
    ASSERT_FALSE(mapping);
    EXPECT_EQ(mapping.error().detail(), "m.toml: no parameter or contract 'vualt' can be set");
}

} // namespace
} // namespace plimsoll::tools::chain
