/// The visitors that read a rule's fields from a mapping, and fill a fact from a log's values.
#pragma once

#include "tools/chain/mapping.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/event_fields.hpp"

#include <limits>

namespace plimsoll::tools::chain {

/// Where names become ids; a name met for the first time is defined there.
class NameBook {
public:
    virtual ~NameBook() = default;
    [[nodiscard]] virtual result<std::uint32_t> account(std::string_view name) = 0;
    [[nodiscard]] virtual result<std::uint32_t> asset(std::string_view name) = 0;
    [[nodiscard]] virtual result<std::uint32_t> instrument(std::string_view name) = 0;
    /// What a word became before, in one of the mapping's memories; 0 where it is new.
    [[nodiscard]] virtual std::uint32_t& memory(std::size_t number, Bytes32 const& word) = 0;
};

/// The visitor (tools/text/field.hpp) that fills a fact, binding by binding. Keeps the first thing wrong.
class FieldFiller {
public:
    FieldFiller(Rule const& rule, Frame const& frame, NameBook& names) : rule_(rule), frame_(frame), names_(names) {}

    [[nodiscard]] result<void> verdict() {
        if (!wrong_) return outcome::success();
        return outcome::failure(*wrong_);
    }

    void account(std::string_view, auto& id, Need = Need::always) {
        name(id, [this](std::string_view text) { return names_.account(text); });
    }
    void asset(std::string_view, auto& id, Need = Need::always) {
        name(id, [this](std::string_view text) { return names_.asset(text); });
    }
    void instrument(std::string_view, auto& id, Need = Need::always) {
        name(id, [this](std::string_view text) { return names_.instrument(text); });
    }
    void feed(std::string_view, std::uint16_t&, Need) { ++next_; }
    void subject(std::string_view field, std::uint32_t& id, bool is_asset) {
        if (is_asset) {
            asset(field, id);
        } else {
            instrument(field, id);
        }
    }
    template <class Enum> void choice(std::string_view, Enum& value, Need = Need::always) {
        value = static_cast<Enum>(rule_.bindings[next_++].choice);
    }
    template <class Number> void decimal(std::string_view, Number& out, Need = Need::always) {
        if (auto const units = scaled()) {
            if constexpr (std::is_same_v<Number, wire::Int128>) {
                out = plimsoll::to_wire(*units);
            } else {
                out = Number{*units};
            }
        }
    }
    void confidence(std::string_view field, Ratio& value) { decimal(field, value); }
    void amount(std::string_view field, Amount& value, AssetId, Need = Need::always) { decimal(field, value); }
    template <class Number> void count(std::string_view, Number& out, Need = Need::maybe) {
        if (auto const whole = number(std::numeric_limits<Number>::max())) out = static_cast<Number>(*whole);
    }
    void text(std::string_view, std::string& out, Need = Need::maybe) {
        if (auto value = evaluate()) out = std::move(value->text);
    }
    void list(std::string_view, auto&) {} // a mapping fills no lists
    void time(std::string_view, TimeNs& out, Need = Need::maybe) {
        if (auto const seconds = number(std::numeric_limits<TimeNs>::max() / 1'000'000'000)) {
            out = static_cast<TimeNs>(*seconds) * 1'000'000'000;
        }
    }

private:
    [[nodiscard]] std::optional<Value> evaluate();
    [[nodiscard]] std::optional<Int128> scaled();
    [[nodiscard]] std::optional<std::uint64_t> number(std::uint64_t limit);
    void refuse(Error error);

    template <class Id, class Find> void name(Id& id, Find&& find) {
        Binding const& binding = rule_.bindings[next_];
        if (!binding.value) {
            ++next_;
            return;
        }
        std::uint32_t* known = nullptr;
        if (auto const place = binding.value->sole_argument()) {
            known = &names_.memory(binding.memory, frame_.arguments[*place].word);
        }
        if (known != nullptr && *known != 0) {
            ++next_;
            return set(id, *known);
        }
        auto const text = evaluate();
        if (!text) return;
        auto const found = find(text->text);
        if (!found) return refuse(found.error());
        if (auto const place = binding.value->sole_argument()) {
            names_.memory(binding.memory, frame_.arguments[*place].word) = found.value();
        }
        set(id, found.value());
    }
    static void set(std::uint32_t& id, std::uint32_t number) { id = number; }
    template <class Tag> static void set(Id<Tag>& id, std::uint32_t number) { id = Id<Tag>{number}; }

    Rule const& rule_;
    Frame const& frame_;
    NameBook& names_;
    std::size_t next_ = 0;
    std::optional<Error> wrong_;
};

} // namespace plimsoll::tools::chain
