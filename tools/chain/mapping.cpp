#include "tools/chain/mapping.hpp"

#include "tools/chain/rule_reader.hpp"
#include "tools/text/choices.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {
namespace {

using Names = std::map<std::string, std::string, std::less<>>;

/// One file on its way to a mapping.
class MappingReader {
public:
    MappingReader(MappingText const& text, std::string_view file) : text_(text), file_(file) {}

    [[nodiscard]] result<Mapping> read() {
        try {
            root_ = toml::parse(text_.toml, file_);
        } catch (toml::parse_error const& error) {
            return fail(Errc::mapping_malformed, file_ + ":" + std::to_string(error.source().begin.line) + ": " +
                                                     std::string(error.description()));
        }
        PLIMSOLL_TRYV(read_head());
        PLIMSOLL_TRYV(read_parameters());
        PLIMSOLL_TRYV(read_contracts());
        PLIMSOLL_TRYV(each("asset", &MappingReader::read_asset));
        PLIMSOLL_TRYV(each("account", &MappingReader::read_account));
        PLIMSOLL_TRYV(each("instrument", &MappingReader::read_instrument));
        PLIMSOLL_TRYV(each("rule", &MappingReader::read_rule));
        PLIMSOLL_TRYV(each("ignore", &MappingReader::read_ignored));
        PLIMSOLL_TRYV(each("residual", &MappingReader::read_residual));
        PLIMSOLL_TRYV(each("balance", &MappingReader::read_balance));
        PLIMSOLL_TRYV(each("custody", &MappingReader::read_custody));
        return std::move(mapping_);
    }

private:
    [[nodiscard]] result<void> read_head() {
        TableReader head(root_, file_);
        PLIMSOLL_TRY(name, head.text("name"));
        PLIMSOLL_TRY(version, head.text("version"));
        PLIMSOLL_TRY(description, head.text("description"));
        PLIMSOLL_TRY(chain, head.text("chain"));
        PLIMSOLL_TRY(outside, head.text_or("outside_account", "chain:" + chain));
        PLIMSOLL_TRY(chain_id, head.maybe_count("chain_id"));
        mapping_.name = std::move(name);
        mapping_.version = std::move(version);
        mapping_.description = std::move(description);
        mapping_.chain = std::move(chain);
        mapping_.outside_account = std::move(outside);
        mapping_.chain_id = chain_id;
        static std::set<std::string_view> const known{
            "name",    "version", "description", "chain",      "outside_account", "chain_id", "parameters",
            "contract", "asset",  "account",     "instrument", "rule",            "ignore",   "balance", "custody", "residual"};
        for (auto const& [key, node] : root_) {
            if (!known.contains(key.str())) {
                return outcome::failure(head.wrong(key.str(), "is not a key that belongs here"));
            }
        }
        return outcome::success();
    }

    /// What is set by whoever uses the mapping stands before what it says itself.
    [[nodiscard]] result<void> read_parameters() {
        auto const* const table = root_["parameters"].as_table();
        std::set<std::string, std::less<>> known;
        if (table != nullptr) {
            TableReader reader(*table, file_);
            for (auto const& [key, node] : *table) {
                PLIMSOLL_TRY(text, reader.text_or(key.str(), ""));
                auto const set = text_.parameters.find(key.str());
                if (set != text_.parameters.end()) text = set->second;
                if (text.empty()) {
                    return outcome::failure(reader.wrong(key.str(), "has no value: say --set " + std::string(key.str()) + "=..."));
                }
                known.emplace(key.str());
                names_[std::string(key.str())] = text;
            }
        }
        auto const* const contracts = root_["contract"].as_table();
        for (auto const& [key, value] : text_.parameters) {
            if (known.contains(key) || (contracts != nullptr && contracts->contains(key))) continue;
            return fail(Errc::mapping_malformed, file_ + ": no parameter or contract '" + key + "' can be set");
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> read_contracts() {
        auto const* const table = root_["contract"].as_table();
        if (table == nullptr || table->empty()) {
            return fail(Errc::mapping_malformed, file_ + ": it names no [contract.NAME]");
        }
        for (auto const& [key, node] : *table) {
            std::string const name(key.str());
            auto const* const inner = node.as_table();
            if (inner == nullptr) {
                return outcome::failure(TableReader(*table, file_).wrong(name, "must be a table"));
            }
            TableReader reader(*inner, file_);
            PLIMSOLL_TRY(address, reader.text_or("address", ""));
            PLIMSOLL_TRY(abi_name, reader.text("abi"));
            PLIMSOLL_TRYV(reader.need_nothing_more());
            auto const set = text_.parameters.find(name);
            if (set != text_.parameters.end()) address = set->second;
            auto const bytes = parse_hex_array<20>(address);
            if (!bytes) {
                return outcome::failure(reader.wrong("address", "'" + address + "' is none: say --set " + name + "=0x..."));
            }
            auto const json = text_.files.find(abi_name);
            if (json == text_.files.end()) return outcome::failure(reader.wrong("abi", "'" + abi_name + "' was not found"));
            PLIMSOLL_TRY(abi, Abi::parse(json->second, abi_name));
            names_[name] = hex_of(bytes.value());
            mapping_.contracts.push_back(
                std::make_unique<MappedContract>(MappedContract{name, bytes.value(), std::move(abi)}));
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> each(std::string_view key, result<void> (MappingReader::*read_item)(TableReader&)) {
        auto const* const node = root_.get(key);
        if (node == nullptr) return outcome::success();
        auto const* const array = node->as_array();
        TableReader const head(root_, file_);
        if (array == nullptr) return outcome::failure(head.wrong(key, "must be written [[" + std::string(key) + "]]"));
        for (auto const& item : *array) {
            auto const* const table = item.as_table();
            if (table == nullptr) return outcome::failure(head.wrong(key, "must be a table"));
            TableReader reader(*table, file_);
            PLIMSOLL_TRYV((this->*read_item)(reader));
            PLIMSOLL_TRYV(reader.need_nothing_more());
        }
        return outcome::success();
    }

    template <class Enum> [[nodiscard]] static result<Enum> choice(TableReader& reader, std::string_view key,
                                                                   std::string_view otherwise) {
        PLIMSOLL_TRY(text, reader.text_or(key, otherwise));
        auto const found = tools::choice<Enum>(text);
        if (found) return *found;
        return outcome::failure(reader.wrong(key, "'" + text + "' is none of " + list_of_words<Enum>()));
    }

    [[nodiscard]] result<void> read_asset(TableReader& reader) {
        AssetDefined fact;
        PLIMSOLL_TRY(name, reader.text("name"));
        PLIMSOLL_TRY(decimals, reader.maybe_count("decimals"));
        PLIMSOLL_TRY(kind, choice<wire::AssetKind>(reader, "kind", "token"));
        PLIMSOLL_TRY(contract, reader.text_or("contract", ""));
        PLIMSOLL_TRY(resolved, resolve(reader, "contract", contract));
        if (!decimals || *decimals > 18) return outcome::failure(reader.wrong("decimals", "must be from 0 to 18"));
        fact.name = std::move(name);
        fact.decimals = static_cast<std::uint8_t>(*decimals);
        fact.kind = kind;
        fact.chain = mapping_.chain;
        fact.contract = std::move(resolved);
        mapping_.assets.push_back(std::move(fact));
        return outcome::success();
    }

    [[nodiscard]] result<void> read_account(TableReader& reader) {
        PLIMSOLL_TRY(name, reader.text("name"));
        PLIMSOLL_TRY(resolved, resolve(reader, "name", name));
        PLIMSOLL_TRY(kind, choice<wire::AccountKind>(reader, "kind", "customer"));
        PLIMSOLL_TRY(owner, reader.text_or("owner", ""));
        mapping_.accounts.push_back({std::move(resolved), kind, std::move(owner)});
        return outcome::success();
    }

    [[nodiscard]] result<void> read_instrument(TableReader& reader) {
        InstrumentPattern pattern;
        PLIMSOLL_TRY(name, reader.text("name"));
        PLIMSOLL_TRY(kind, choice<wire::InstrumentKind>(reader, "kind", "perpetual"));
        PLIMSOLL_TRY(payoff, choice<wire::Payoff>(reader, "payoff", "linear"));
        PLIMSOLL_TRY(base, reader.text("base"));
        PLIMSOLL_TRY(quote, reader.text("quote"));
        PLIMSOLL_TRY(settle, reader.text_or("settle", quote));
        PLIMSOLL_TRY(market, reader.text_or("market_account", ""));
        pattern.name = std::move(name);
        pattern.definition.kind = kind;
        pattern.definition.payoff = payoff;
        pattern.definition.multiplier_numerator = to_wire(Int128{1});
        pattern.definition.multiplier_denominator = to_wire(Int128{1});
        if (kind == wire::InstrumentKind::option) pattern.definition.exercise = wire::Exercise::european;
        pattern.base = std::move(base);
        pattern.quote = std::move(quote);
        pattern.settle = std::move(settle);
        pattern.market_account = std::move(market);
        PLIMSOLL_TRY(strike, term(reader, "strike", ValueType::scaled));
        PLIMSOLL_TRY(expiry, term(reader, "expiry", ValueType::number));
        PLIMSOLL_TRY(side, term(reader, "side", ValueType::text));
        pattern.strike = std::move(strike);
        pattern.expiry_seconds = std::move(expiry);
        pattern.side = std::move(side);
        mapping_.instruments.push_back(std::move(pattern));
        return outcome::success();
    }

    [[nodiscard]] result<std::optional<Expression>> term(TableReader& reader, std::string_view key, ValueType type) {
        PLIMSOLL_TRY(text, reader.maybe_text(key));
        if (!text) return std::optional<Expression>{};
        auto read = Expression::parse(*text, {&star_event(), &names_, nullptr});
        if (!read) return outcome::failure(reader.wrong(key, read.error().message()));
        if (read.value().type() != type) {
            return outcome::failure(reader.wrong(key, "a " + std::string(type_text(type)) + " belongs here"));
        }
        return std::optional(std::move(read.value()));
    }

    [[nodiscard]] result<MappedContract const*> contract(TableReader& reader) {
        PLIMSOLL_TRY(name, reader.text("contract"));
        for (auto const& each : mapping_.contracts) {
            if (each->name == name) return each.get();
        }
        return outcome::failure(reader.wrong("contract", "there is no [contract." + name + "]"));
    }

    [[nodiscard]] result<std::optional<Expression>> condition(TableReader& reader, std::string_view key,
                                                              std::string const& text, Scope const& scope) {
        auto read = Expression::parse(text, scope);
        if (!read) return outcome::failure(reader.wrong(key, read.error().message()));
        if (read.value().type() != ValueType::boolean) return outcome::failure(reader.wrong(key, "must be a condition"));
        return std::optional(std::move(read.value()));
    }

    /// Contract, event and condition: what a rule and an [[ignore]] have in common.
    [[nodiscard]] result<Rule> read_subject(TableReader& reader, MappedContract const* of, std::string const& event) {
        Rule rule;
        rule.contract = of;
        rule.line = reader.line();
        auto const found = of->abi.find(event);
        if (!found) return outcome::failure(reader.wrong("event", "contract " + of->name + ": " + found.error().detail()));
        rule.event = found.value();
        PLIMSOLL_TRY(when, reader.maybe_text("when"));
        if (when) {
            PLIMSOLL_TRY(expression, condition(reader, "when", *when, {rule.event, &names_, &of->abi}));
            rule.when = std::move(expression);
        }
        return rule;
    }

    [[nodiscard]] result<void> read_rule(TableReader& reader) {
        PLIMSOLL_TRY(of, contract(reader));
        PLIMSOLL_TRY(event, reader.text("event"));
        PLIMSOLL_TRY(rule, read_subject(reader, of, event));
        Scope const scope{rule.event, &names_, &of->abi};
        PLIMSOLL_TRY(requirements, reader.texts("require"));
        for (std::string const& text : requirements) {
            PLIMSOLL_TRY(expression, condition(reader, "require", text, scope));
            rule.requirements.push_back({text, std::move(*expression)});
        }
        PLIMSOLL_TRY(kind, reader.text("kind"));
        PLIMSOLL_TRYV(read_fields(reader, kind, scope, mapping_.memories, rule));
        mapping_.rules.push_back(std::move(rule));
        return outcome::success();
    }

    [[nodiscard]] result<void> read_ignored(TableReader& reader) {
        PLIMSOLL_TRY(of, contract(reader));
        PLIMSOLL_TRY(events, reader.texts("event"));
        if (events.empty()) return outcome::failure(reader.wrong("event", "is missing"));
        for (std::string const& event : events) {
            PLIMSOLL_TRY(rule, read_subject(reader, of, event));
            mapping_.rules.push_back(std::move(rule));
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> read_residual(TableReader& reader) {
        PLIMSOLL_TRY(account, reader.text("account"));
        PLIMSOLL_TRY(asset, reader.text("asset"));
        PLIMSOLL_TRY(counter, reader.text("counter"));
        PLIMSOLL_TRY(type, choice<TransferType>(reader, "type", "adjustment"));
        mapping_.residuals.push_back({std::move(account), std::move(asset), std::move(counter), type});
        return outcome::success();
    }

    [[nodiscard]] result<void> read_balance(TableReader& reader) {
        BalanceCheck check;
        PLIMSOLL_TRY(of, contract(reader));
        PLIMSOLL_TRY(asset, reader.text_or("asset", ""));
        PLIMSOLL_TRY(instrument, reader.text_or("instrument", ""));
        PLIMSOLL_TRY(accounts, reader.text_or("accounts", "0x*"));
        PLIMSOLL_TRY(call, reader.text("call"));
        PLIMSOLL_TRY(arguments, reader.texts("arguments"));
        PLIMSOLL_TRY(decimals, reader.maybe_count("decimals"));
        PLIMSOLL_TRY(slot, reader.maybe_count("slot"));
        if (asset.empty() == instrument.empty()) {
            return outcome::failure(reader.wrong("asset", "a check is of an asset or of an instrument"));
        }
        check.contract = of;
        check.asset = std::move(asset);
        check.instrument = std::move(instrument);
        check.accounts = std::move(accounts);
        check.call = std::move(call);
        for (std::string const& argument : arguments) {
            PLIMSOLL_TRY(resolved, resolve(reader, "arguments", argument));
            check.arguments.push_back(std::move(resolved));
        }
        check.decimals = static_cast<int>(decimals.value_or(18));
        check.slot = slot;
        mapping_.balances.push_back(std::move(check));
        return outcome::success();
    }

    [[nodiscard]] result<void> read_custody(TableReader& reader) {
        CustodyCheck check;
        PLIMSOLL_TRY(asset, reader.text("asset"));
        PLIMSOLL_TRY(token, address(reader, "token"));
        PLIMSOLL_TRY(holder, address(reader, "holder"));
        PLIMSOLL_TRY(decimals, reader.maybe_count("decimals"));
        PLIMSOLL_TRY(slot, reader.maybe_count("slot"));
        check.asset = std::move(asset);
        check.token = token;
        check.holder = holder;
        check.decimals = static_cast<int>(decimals.value_or(18));
        check.slot = slot;
        mapping_.custodies.push_back(std::move(check));
        return outcome::success();
    }

    /// A text with `{$name}` of the mapping in it.
    [[nodiscard]] result<std::string> resolve(TableReader& reader, std::string_view key, std::string const& text) {
        static Log const no_log;
        static book::Book const no_book;
        static std::vector<AbiValue> const no_arguments;
        auto const read = Expression::parse_template(text, {nullptr, &names_, nullptr});
        if (!read) return outcome::failure(reader.wrong(key, read.error().message()));
        PLIMSOLL_TRY(value, read.value().evaluate(Frame{no_arguments, no_log, 0, 0, no_book, {}, 0}));
        return std::move(value.text);
    }

    [[nodiscard]] result<Address> address(TableReader& reader, std::string_view key) {
        PLIMSOLL_TRY(text, reader.text(key));
        PLIMSOLL_TRY(resolved, resolve(reader, key, text));
        auto const bytes = parse_hex_array<20>(resolved);
        if (!bytes) return outcome::failure(reader.wrong(key, "'" + resolved + "' is no address"));
        return bytes.value();
    }

    MappingText const& text_;
    std::string file_;
    toml::table root_;
    Names names_; ///< contracts' addresses and parameters
    Mapping mapping_;
};

} // namespace

result<Mapping> Mapping::read(MappingText const& text, std::string_view file) {
    return MappingReader(text, file).read();
}

MappedContract const* Mapping::contract_at(Address const& address) const {
    for (auto const& each : contracts) {
        if (each->address == address) return each.get();
    }
    return nullptr;
}

std::vector<Address> Mapping::addresses() const {
    std::vector<Address> all;
    for (auto const& each : contracts) all.push_back(each->address);
    return all;
}

std::optional<std::string_view> star_of(std::string_view pattern, std::string_view name) {
    if (!pattern.ends_with('*')) return pattern == name ? std::optional(std::string_view{}) : std::nullopt;
    pattern.remove_suffix(1);
    if (!name.starts_with(pattern)) return std::nullopt;
    return name.substr(pattern.size());
}

AbiEvent const& star_event() {
    static AbiEvent const event = [] {
        AbiEvent made;
        AbiArgument star;
        star.name = "star";
        star.type = {AbiType::Kind::unsigned_integer, 256, {}, {}};
        made.arguments.push_back(std::move(star));
        return made;
    }();
    return event;
}

} // namespace plimsoll::tools::chain
