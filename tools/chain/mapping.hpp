/// A mapping: which event of which contract becomes which event of the ledger. Data, checked when read.
#pragma once

#include "ledger/event/event.hpp"
#include "tools/chain/abi.hpp"
#include "tools/chain/expression.hpp"

#include <filesystem>
#include <map>

namespace plimsoll::tools::chain {

struct MappedContract {
    std::string name;
    Address address{};
    Abi abi;
};

/// What fills one field of a ledger event. Fields come in the order of tools/text/event_fields.hpp.
struct Binding {
    std::string field;
    std::optional<Expression> value; ///< none: the field is left out
    std::uint32_t choice = 0;        ///< of an enum's field: the value itself
    std::size_t memory = 0;          ///< which of the translator's memories holds what words became
};

struct Requirement {
    std::string text;
    Expression condition;
};

struct Rule;
class FieldFiller;
/// Makes the rule's event from its bindings.
using MakeBody = result<Body> (*)(FieldFiller&);

/// One event of the ledger for each log of the event for which `when` holds.
struct Rule {
    MappedContract const* contract = nullptr;
    AbiEvent const* event = nullptr;
    std::optional<Expression> when;
    std::vector<Requirement> requirements;
    std::vector<Binding> bindings;
    MakeBody make = nullptr; ///< null: the log is known and moves nothing
    std::size_t line = 0;    ///< in the mapping's file
};

/// A name ending in '*' stands for all that begin so, defined on their first mention.
struct AccountPattern {
    std::string name;
    wire::AccountKind kind{};
    std::string owner;
};
struct InstrumentPattern {
    std::string name;
    InstrumentDefined definition; ///< without names' ids
    std::string base, quote, settle, market_account;
    /// Of what `star`, the number in the star's place, is packed of; none where the terms are constant.
    std::optional<Expression> strike, expiry_seconds, side;
};

/// What a transaction leaves on an account has no event of its own: it goes to the counter.
struct Residual {
    std::string account;
    std::string asset;
    std::string counter;
    TransferType type{};
};

/// What the contract itself says of an account, to be compared with the ledger.
struct BalanceCheck {
    std::string asset;      ///< or
    std::string instrument; ///< a pattern
    std::string accounts;   ///< a pattern of their names; "{...}" of an address where the name is one
    MappedContract const* contract = nullptr;
    std::string call;                   ///< "balances(address)"
    std::vector<std::string> arguments; ///< "account", "star", a number, or an address
    int decimals = 18;
    std::optional<std::uint64_t> slot; ///< of the mapping in storage, whose keys are the arguments
};
/// The token that backs an asset, and who holds it.
struct CustodyCheck {
    std::string asset;
    Address token{};
    Address holder{};
    int decimals = 18;
    std::optional<std::uint64_t> slot; ///< of the token's balances
};

/// What a mapping was read from: enough to read it again, and so what a ledger keeps of it.
struct MappingText {
    std::string toml;
    std::map<std::string, std::string, std::less<>> files;      ///< of ABIs, by the names in the mapping
    std::map<std::string, std::string, std::less<>> parameters; ///< set by whoever uses it

    /// One text with all of it. Errors of the reverse: Errc::mapping_malformed.
    [[nodiscard]] std::string bundle() const;
    [[nodiscard]] static result<MappingText> from_bundle(std::string_view bundle);
    /// A file's, or the shipped one of that name. Errors: tools::Errc::file_unreadable;
    /// Errc::mapping_malformed with the names of those that are shipped.
    [[nodiscard]] static result<MappingText> load(std::string const& name_or_path);
};

class Mapping {
public:
    /// Errors: Errc::mapping_malformed with file and line: TOML, keys, names, types, an ABI that
    /// lacks what a rule names; abi_malformed.
    [[nodiscard]] static result<Mapping> read(MappingText const& text, std::string_view file);

    std::string name;
    std::string version;
    std::string description;
    std::string chain;           ///< name of the chain in the ledger
    std::string outside_account; ///< that stands for it
    std::optional<std::uint64_t> chain_id;
    std::vector<AssetDefined> assets;
    std::vector<AccountPattern> accounts;
    std::vector<InstrumentPattern> instruments;
    std::vector<std::unique_ptr<MappedContract>> contracts;
    std::vector<Rule> rules;
    std::vector<Residual> residuals;
    std::vector<BalanceCheck> balances;
    std::vector<CustodyCheck> custodies;
    std::size_t memories = 0;

    /// Null where no contract has the address.
    [[nodiscard]] MappedContract const* contract_at(Address const& address) const;
    [[nodiscard]] std::vector<Address> addresses() const;
};

/// Whether a name is the pattern's, and what stands in the star's place.
[[nodiscard]] std::optional<std::string_view> star_of(std::string_view pattern, std::string_view name);

/// The event that `star` is an argument of, for terms of instruments.
[[nodiscard]] AbiEvent const& star_event();

} // namespace plimsoll::tools::chain
