#include "tools/chain/translator.hpp"

#include "ledger/book/errc.hpp"
#include "ledger/book/postings.hpp"

#include <algorithm>

namespace plimsoll::tools::chain {

Translator::Translator(Mapping const& mapping, Keeper& keeper) : mapping_(mapping), keeper_(keeper), memories_(mapping.memories) {
    for (Rule const& rule : mapping.rules) rules_[rule.event->topic].push_back(&rule);
}

result<bool> Translator::holds(Rule const& rule, Frame const& frame) const {
    if (!rule.when) return true;
    auto const verdict = rule.when->evaluate(frame);
    if (!verdict) return outcome::failure(verdict.error().at("rule of line " + std::to_string(rule.line) + ", when"));
    return !verdict.value().number.is_zero();
}

result<void> Translator::translate(MappedContract const& contract, BlockPlace const& block,
                                   std::span<Log const* const> transaction, std::size_t place, std::vector<Body>& facts) {
    Log const& log = *transaction[place];
    if (log.topics.empty()) return fail(Errc::log_unmapped, contract.name + " made a log without topics");
    auto const found = rules_.find(log.topics[0]);
    AbiEvent const* decoded = nullptr;
    bool is_named = false;
    if (found != rules_.end()) {
        for (Rule const* rule : found->second) {
            if (rule->contract != &contract || rule->event->indexed + 1 != log.topics.size()) continue;
            if (decoded != rule->event) {
                PLIMSOLL_TRYV(decode_log(*rule->event, log, arguments_));
                decoded = rule->event;
            }
            Frame const frame{arguments_, log, block.number, block.time_seconds, keeper_.book(), transaction, place};
            PLIMSOLL_TRY(is_met, holds(*rule, frame));
            if (!is_met) continue;
            is_named = true;
            if (rule->make == nullptr) continue;
            std::string const where = "rule of line " + std::to_string(rule->line);
            for (Requirement const& each : rule->requirements) {
                auto const verdict = each.condition.evaluate(frame);
                if (!verdict) return outcome::failure(verdict.error().at(where + ", require"));
                if (verdict.value().number.is_zero()) {
                    return fail(Errc::value_refused, where + ": it requires that " + each.text);
                }
            }
            FieldFiller filler(*rule, frame, *this);
            auto body = rule->make(filler);
            if (!body) return outcome::failure(body.error().at(where));
            facts.push_back(std::move(body.value()));
        }
    }
    if (is_named) return outcome::success();
    AbiEvent const* const event = contract.abi.event_of(log);
    if (event == nullptr) {
        return fail(Errc::log_unmapped, "the ABI of " + contract.name + " has no event of topic " + hex_of(log.topics[0]) +
                                            " with " + std::to_string(log.topics.size() - 1) + " indexed arguments");
    }
    return fail(Errc::log_unmapped, "no [[rule]] or [[ignore]] takes this " + contract.name + "." + event->signature);
}

bool Translator::may_move_nothing(Log const& log) const {
    auto const found = log.topics.empty() ? rules_.end() : rules_.find(log.topics[0]);
    if (found == rules_.end()) return false;
    return std::ranges::any_of(found->second, [&](Rule const* rule) {
        return rule->make == nullptr && rule->contract->address == log.address && rule->event->indexed + 1 == log.topics.size();
    });
}

namespace {

/// What facts change of one balance.
struct CashSum {
    AccountId account;
    AssetId asset;
    Int128 sum = 0;
    void cash(AccountId of, AssetId in, Amount amount) {
        if (of == account && in == asset) sum += amount.units();
    }
    void quote(AccountId, InstrumentId, AssetId, Amount) {}
    void size(AccountId, InstrumentId, Quantity) {}
    void stand(AccountId, std::uint32_t, IndexKind, Index) {}
};

} // namespace

result<void> Translator::add_residuals(std::vector<Body>& facts) {
    for (Residual const& residual : mapping_.residuals) {
        PLIMSOLL_TRY(account_id, account(residual.account));
        PLIMSOLL_TRY(asset_id, asset(residual.asset));
        CashSum left{AccountId{account_id}, AssetId{asset_id}};
        if (auto const* row = keeper_.book().balance(left.account, left.asset)) left.sum = row->amount.units();
        for (Body const& fact : facts) {
            visit_body(fact, [&](auto const& each) { book::post(each, left); });
        }
        if (left.sum == 0) continue;
        PLIMSOLL_TRY(counter, account(residual.counter));
        Transferred fact;
        fact.account = left.account;
        fact.counter = AccountId{counter};
        fact.asset = left.asset;
        fact.type = residual.type;
        fact.amount = Amount{-left.sum};
        facts.push_back(fact);
    }
    return outcome::success();
}

// ---- names ----

result<void> Translator::define(Event event) {
    event.origin.source_time = time_;
    event.origin.cause = Cause::definition;
    event.origin.source = source_;
    PLIMSOLL_TRYV(keeper_.submit({&event, 1}));
    ++definitions_;
    return outcome::success();
}

result<std::uint32_t> Translator::account(std::string_view name) {
    if (auto const id = keeper_.book().find_account(name)) return id->number();
    AccountOpened fact;
    fact.name = name;
    fact.kind = wire::AccountKind::customer;
    for (AccountPattern const& pattern : mapping_.accounts) {
        if (!star_of(pattern.name, name)) continue;
        fact.kind = pattern.kind;
        fact.owner = pattern.owner;
        break;
    }
    if (name == mapping_.outside_account) fact.kind = wire::AccountKind::outside;
    PLIMSOLL_TRYV(define({{}, rare(std::move(fact))}));
    return keeper_.book().find_account(name)->number();
}

result<std::uint32_t> Translator::asset(std::string_view name) {
    if (auto const id = keeper_.book().find_asset(name)) return id->number();
    for (AssetDefined const& fact : mapping_.assets) {
        if (fact.name != name) continue;
        PLIMSOLL_TRYV(define({{}, rare(fact)}));
        return keeper_.book().find_asset(name)->number();
    }
    return fail(book::Errc::unknown_asset, "'" + std::string(name) + "': the mapping has no such [[asset]]");
}

result<std::uint32_t> Translator::instrument(std::string_view name) {
    if (auto const id = keeper_.book().find_instrument(name)) return id->number();
    for (InstrumentPattern const& pattern : mapping_.instruments) {
        auto const star = star_of(pattern.name, name);
        if (!star) continue;
        InstrumentDefined fact = pattern.definition;
        fact.name = name;
        PLIMSOLL_TRY(base, asset(pattern.base));
        PLIMSOLL_TRY(quote, asset(pattern.quote));
        PLIMSOLL_TRY(settle, asset(pattern.settle));
        fact.base = base;
        fact.quote = quote;
        fact.settle = settle;
        if (!pattern.market_account.empty()) {
            PLIMSOLL_TRY(market, account(pattern.market_account));
            fact.market_account = market;
        }
        PLIMSOLL_TRYV(define_option(pattern, *star, fact));
        PLIMSOLL_TRYV(define({{}, rare(std::move(fact))}));
        return keeper_.book().find_instrument(name)->number();
    }
    return fail(book::Errc::unknown_instrument, "'" + std::string(name) + "': the mapping has no such [[instrument]]");
}

/// Terms that are packed into a number, which stands in the name.
result<void> Translator::define_option(InstrumentPattern const& pattern, std::string_view star,
                                       InstrumentDefined& fact) const {
    if (!pattern.strike && !pattern.expiry_seconds && !pattern.side) return outcome::success();
    auto const number = risk::parse_int256(star);
    if (!number || number->is_negative()) {
        return fail(Errc::value_refused, "'" + fact.name + "': no number stands in the star's place");
    }
    std::vector<AbiValue> packed(1);
    risk::Uint256 const bits = number->bits();
    for (std::size_t i = 0; i < 32; ++i) {
        packed[0].word[i] = static_cast<std::uint8_t>(bits.limbs[3 - i / 8] >> (8 * (7 - i % 8)));
    }
    static Log const no_log;
    Frame const frame{packed, no_log, 0, 0, keeper_.book(), {}, 0};
    if (pattern.strike) {
        PLIMSOLL_TRY(strike, pattern.strike->evaluate(frame));
        if (!strike.number.fits_128()) return fail(Errc::value_refused, "'" + fact.name + "': its strike is too large");
        fact.strike = to_wire(strike.number.to_128());
    }
    if (pattern.expiry_seconds) {
        PLIMSOLL_TRY(expiry, pattern.expiry_seconds->evaluate(frame));
        if (expiry.number > risk::Int256{Int128{9'000'000'000}}) {
            return fail(Errc::value_refused, "'" + fact.name + "': its expiry is past the year 2255");
        }
        fact.expiry = static_cast<TimeNs>(expiry.number.to_128()) * 1'000'000'000;
    }
    if (pattern.side) {
        PLIMSOLL_TRY(side, pattern.side->evaluate(frame));
        auto const found = tools::choice<wire::OptionSide>(side.text);
        if (!found) return fail(Errc::value_refused, "'" + fact.name + "': '" + side.text + "' is no side");
        fact.side = *found;
    }
    return outcome::success();
}

} // namespace plimsoll::tools::chain
