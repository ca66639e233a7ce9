#include "tools/chain/rule_reader.hpp"

#include "tools/chain/field_filler.hpp"

namespace plimsoll::tools::chain {
namespace {

/// The visitor that finds what fills each field. Keeps the first thing wrong.
class RuleReader {
public:
    RuleReader(TableReader& table, Scope const& scope, std::size_t& memories, Rule& rule)
        : table_(table), scope_(scope), memories_(memories), rule_(rule) {}

    [[nodiscard]] result<void> verdict() {
        if (!wrong_) return outcome::success();
        return outcome::failure(*wrong_);
    }

    void account(std::string_view field, auto&, Need need = Need::always) { name(field, need); }
    void asset(std::string_view field, auto&, Need need = Need::always) { name(field, need); }
    void instrument(std::string_view field, auto&, Need need = Need::always) { name(field, need); }
    void feed(std::string_view field, std::uint16_t&, Need) {
        if (table_.has(field)) refuse(table_.wrong(field, "a mapping names no feeds: the source is the chain"));
        rule_.bindings.push_back(Binding{std::string(field), {}, 0, 0});
    }
    void subject(std::string_view field, std::uint32_t&, bool) { name(field, Need::always); }
    template <class Enum> void choice(std::string_view field, Enum& value, Need need = Need::always) {
        Binding binding{std::string(field), {}, 0, 0};
        if (auto const text = words(field, need)) {
            if (auto const found = tools::choice<Enum>(*text)) {
                value = *found;
                binding.choice = static_cast<std::uint32_t>(*found);
            } else {
                refuse(table_.wrong(field, "'" + *text + "' is none of " + list_of_words<Enum>()));
            }
        }
        rule_.bindings.push_back(std::move(binding));
    }
    void decimal(std::string_view field, auto&, Need need = Need::always) { formula(field, ValueType::scaled, need); }
    void confidence(std::string_view field, Ratio&) { formula(field, ValueType::scaled, Need::maybe); }
    void amount(std::string_view field, Amount&, AssetId, Need need = Need::always) {
        formula(field, ValueType::scaled, need);
    }
    void count(std::string_view field, auto&, Need need = Need::maybe) { formula(field, ValueType::number, need); }
    void text(std::string_view field, std::string&, Need need = Need::maybe) { name(field, need); }
    void list(std::string_view, auto&) {} // as the filler
    void time(std::string_view field, TimeNs&, Need need = Need::maybe) { formula(field, ValueType::number, need); }

private:
    void refuse(Error error) {
        if (!wrong_) wrong_ = std::move(error);
    }

    [[nodiscard]] std::optional<std::string> words(std::string_view field, Need need) {
        auto text = table_.maybe_text(field);
        if (!text) {
            refuse(text.error());
            return std::nullopt;
        }
        if (!text.value() && need == Need::always) refuse(table_.wrong(field, "is missing"));
        return std::move(text.value());
    }

    void bind(std::string_view field, std::optional<std::string> const& text, auto const& parse) {
        Binding binding{std::string(field), {}, 0, memories_++};
        if (text) {
            auto expression = parse(*text);
            if (expression) {
                binding.value = std::move(expression.value());
            } else {
                refuse(table_.wrong(field, expression.error().message()));
            }
        }
        rule_.bindings.push_back(std::move(binding));
    }

    void name(std::string_view field, Need need) {
        bind(field, words(field, need),
             [this](std::string const& text) { return Expression::parse_template(text, scope_); });
    }

    void formula(std::string_view field, ValueType type, Need need) {
        bind(field, words(field, need), [&](std::string const& text) { return Expression::parse(text, scope_); });
        auto const& value = rule_.bindings.back().value;
        if (!value || value->type() == type || (type == ValueType::scaled && value->is_zero())) return;
        refuse(table_.wrong(field, "a " + std::string(type_text(type)) + " belongs here, not a " +
                                       std::string(type_text(value->type()))));
    }

    TableReader& table_;
    Scope const& scope_;
    std::size_t& memories_;
    Rule& rule_;
    std::optional<Error> wrong_;
};

template <class Fact> [[nodiscard]] result<Body> make_body(FieldFiller& filler) {
    Fact fact;
    fields_of(filler, fact);
    PLIMSOLL_TRYV(filler.verdict());
    if constexpr (std::is_constructible_v<Body, Fact>) {
        return Body(fact);
    } else {
        return rare(std::move(fact));
    }
}

template <class Fact> [[nodiscard]] result<void> read_kind(RuleReader& reader, Rule& rule) {
    Fact fact;
    fields_of(reader, fact);
    rule.make = make_body<Fact>;
    return reader.verdict();
}

} // namespace

result<void> read_fields(TableReader& table, std::string const& kind, Scope const& scope, std::size_t& memories,
                         Rule& rule) {
    RuleReader reader(table, scope, memories, rule);
    std::string known;
#define PLIMSOLL_READ(Fact)                                                                        \
    if (kind == kind_name<Fact>) return read_kind<Fact>(reader, rule);                             \
    known += std::string(known.empty() ? "" : ", ") + std::string(kind_name<Fact>);
    PLIMSOLL_READ(Transferred)
    PLIMSOLL_READ(Traded)
    PLIMSOLL_READ(Observed)
    PLIMSOLL_READ(IndexRecorded)
    PLIMSOLL_READ(IndexMet)
    PLIMSOLL_READ(PositionSettled)
    PLIMSOLL_READ(LiquidationStarted)
    PLIMSOLL_READ(LiquidationBid)
    PLIMSOLL_READ(LiquidationEnded)
    PLIMSOLL_READ(BadDebtRecognised)
    PLIMSOLL_READ(WaterfallPaid)
    PLIMSOLL_READ(LossSocialised)
    PLIMSOLL_READ(AutoDeleveraged)
    PLIMSOLL_READ(PoolMoved)
    PLIMSOLL_READ(BreakerTripped)
    PLIMSOLL_READ(BreakerReleased)
    PLIMSOLL_READ(ParameterSet)
    PLIMSOLL_READ(CreditChanged)
    PLIMSOLL_READ(AccountOpened)
#undef PLIMSOLL_READ
    return outcome::failure(table.wrong("kind", "'" + kind + "' is none of " + known));
}

// ---- tables ----

std::size_t TableReader::line(std::string_view key) const {
    auto const* const node = table_->get(key);
    return node == nullptr ? line() : node->source().begin.line;
}

Error TableReader::wrong(std::string_view key, std::string const& why) const {
    return fail(Errc::mapping_malformed, std::string(file_) + ":" + std::to_string(line(key)) + ": " +
                                             std::string(key) + ": " + why)
        .error();
}

result<std::optional<std::string>> TableReader::maybe_text(std::string_view key) {
    auto const* const node = table_->get(key);
    if (node == nullptr) return std::optional<std::string>{};
    read_.emplace(key);
    if (auto const text = node->value_exact<std::string>()) return text;
    if (auto const number = node->value_exact<std::int64_t>()) return std::optional(std::to_string(*number));
    return outcome::failure(wrong(key, "must be a text"));
}

result<std::string> TableReader::text(std::string_view key) {
    PLIMSOLL_TRY(found, maybe_text(key));
    if (!found || found->empty()) return outcome::failure(wrong(key, "is missing"));
    return std::move(*found);
}

result<std::string> TableReader::text_or(std::string_view key, std::string_view otherwise) {
    PLIMSOLL_TRY(found, maybe_text(key));
    return found ? std::move(*found) : std::string(otherwise);
}

result<std::optional<std::uint64_t>> TableReader::maybe_count(std::string_view key) {
    auto const* const node = table_->get(key);
    if (node == nullptr) return std::optional<std::uint64_t>{};
    read_.emplace(key);
    auto const number = node->value_exact<std::int64_t>();
    if (!number || *number < 0) return outcome::failure(wrong(key, "must be a whole number"));
    return std::optional(static_cast<std::uint64_t>(*number));
}

result<std::vector<std::string>> TableReader::texts(std::string_view key) {
    std::vector<std::string> all;
    auto const* const node = table_->get(key);
    if (node == nullptr) return all;
    read_.emplace(key);
    if (auto const text = node->value_exact<std::string>()) {
        all.push_back(*text);
        return all;
    }
    auto const* const array = node->as_array();
    if (array == nullptr) return outcome::failure(wrong(key, "must be a text or a list of texts"));
    for (auto const& each : *array) {
        auto const text = each.value_exact<std::string>();
        if (!text) return outcome::failure(wrong(key, "must be a text or a list of texts"));
        all.push_back(*text);
    }
    return all;
}

result<void> TableReader::need_nothing_more() const {
    for (auto const& [key, node] : *table_) {
        if (!read_.contains(key.str())) return outcome::failure(wrong(key.str(), "is not a key that belongs here"));
    }
    return outcome::success();
}

} // namespace plimsoll::tools::chain
