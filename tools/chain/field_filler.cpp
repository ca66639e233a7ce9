#include "tools/chain/field_filler.hpp"

namespace plimsoll::tools::chain {

void FieldFiller::refuse(Error error) {
    if (!wrong_) wrong_ = error.at(rule_.bindings[next_ - 1].field);
}

std::optional<Value> FieldFiller::evaluate() {
    Binding const& binding = rule_.bindings[next_++];
    if (!binding.value || wrong_) return std::nullopt;
    auto value = binding.value->evaluate(frame_);
    if (!value) {
        refuse(value.error());
        return std::nullopt;
    }
    return std::move(value.value());
}

std::optional<Int128> FieldFiller::scaled() {
    auto const value = evaluate();
    if (!value) return std::nullopt;
    if (!value->number.fits_128()) {
        refuse(fail(Errc::value_refused, risk::format_int256(value->number) + " of 10^-18 is more than the ledger counts")
                   .error());
        return std::nullopt;
    }
    return value->number.to_128();
}

std::optional<std::uint64_t> FieldFiller::number(std::uint64_t limit) {
    auto const value = evaluate();
    if (!value) return std::nullopt;
    if (value->number.is_negative() || value->number > risk::Int256{static_cast<Int128>(limit)}) {
        refuse(fail(Errc::value_refused,
                    risk::format_int256(value->number) + " is not from 0 to " + std::to_string(limit))
                   .error());
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value->number.to_128());
}

} // namespace plimsoll::tools::chain
