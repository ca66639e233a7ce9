#include "tools/chain/contract_state.hpp"
#include "tools/chain/reconcile.hpp"
#include "tools/chain/state_proof.hpp"

#include "ledger/event/decimal.hpp"
#include "tools/text/number_text.hpp"

namespace plimsoll::tools::chain {
namespace {

constexpr std::size_t slots_per_proof = 100;

/// One figure that the contract states too.
struct Question {
    std::string what; ///< "cash of 0xab.. in USD"
    Int128 ledger = 0;
    int decimals = 18;
    Address contract{};
    Bytes call;
    std::optional<Bytes32> slot;
};

/// A whole number of up to 127 bits, which option ids need.
[[nodiscard]] std::optional<Bytes32> whole_word(std::string_view text) {
    auto const number = parse_integer(text);
    return number && number.value() >= 0 ? std::optional(number_word(number.value())) : std::nullopt;
}

/// An address where the text is one, else the number in the star's place.
[[nodiscard]] std::optional<Bytes32> word_of(std::string_view text, std::string_view star) {
    if (auto const address = parse_hex_array<20>(text)) return address_word(address.value());
    return whole_word(star);
}

/// Asks, for each figure, the contract and its storage, and compares.
class BalanceComparison {
public:
    BalanceComparison(replay::Moment const& moment, ChainSource& source, Mapping const& mapping, Header const& header,
                      ReconcileAsk const& ask, ReconcileReport& report)
        : book_(moment.book), source_(source), mapping_(mapping), header_(header), ask_(ask), report_(report) {}

    [[nodiscard]] result<void> run() {
        for (BalanceCheck const& check : mapping_.balances) {
            check.asset.empty() ? add_positions(check) : add_cash(check);
        }
        for (CustodyCheck const& check : mapping_.custodies) add_custody(check);
        std::size_t begin = 0;
        while (begin < questions_.size()) { // those of one contract, as many as one proof may have
            std::size_t end = begin + 1;
            while (end < questions_.size() && end - begin < slots_per_proof &&
                   questions_[end].contract == questions_[begin].contract) {
                ++end;
            }
            PLIMSOLL_TRYV(ask(std::span(questions_).subspan(begin, end - begin)));
            begin = end;
        }
        return outcome::success();
    }

private:
    void add_cash(BalanceCheck const& check) {
        auto const asset = book_.find_asset(check.asset);
        if (!asset) return;
        for (book::BalanceRow const& row : book_.balances.rows()) {
            if (row.asset == *asset) add(check, row.account, {}, row.amount.units(), "cash", check.asset);
        }
    }

    void add_positions(BalanceCheck const& check) {
        for (book::PositionRow const& row : book_.positions.rows()) {
            std::string_view const name = book_.instrument(row.instrument).name.view();
            auto const star = star_of(check.instrument, name);
            if (star) add(check, row.account, *star, row.size.units(), "position", std::string(name));
        }
    }

    void add(BalanceCheck const& check, AccountId account, std::string_view star, Int128 ledger, std::string_view word,
             std::string const& subject) {
        std::string_view const name = book_.account(account).name.view();
        auto const account_star = star_of(check.accounts, name);
        if (!account_star) return;
        std::vector<Bytes32> keys;
        for (std::string const& argument : check.arguments) {
            auto const key = argument == "account" ? word_of(name, *account_star)
                             : argument == "star"  ? whole_word(star)
                                                   : word_of(argument, argument);
            if (!key) return; // a name of the pattern that is no account of the contract
            keys.push_back(*key);
        }
        Question question{std::string(word) + " of " + std::string(name) + " in " + subject, ledger, check.decimals,
                          check.contract->address, call_data(check.call, keys), {}};
        if (check.slot) question.slot = mapping_slot(*check.slot, keys);
        questions_.push_back(std::move(question));
    }

    /// What the outside has put in is what the holder has of the token.
    void add_custody(CustodyCheck const& check) {
        auto const asset = book_.find_asset(check.asset);
        auto const outside = book_.find_account(mapping_.outside_account);
        if (!asset || !outside) return;
        book::BalanceRow const* const row = book_.balance(*outside, *asset);
        Bytes32 const key = address_word(check.holder);
        Question question{"token of " + hex_of(check.holder) + " behind " + check.asset,
                          row == nullptr ? 0 : -row->amount.units(), check.decimals, check.token,
                          call_data("balanceOf(address)", {&key, 1}), {}};
        if (check.slot) question.slot = mapping_slot(*check.slot, {&key, 1});
        questions_.push_back(std::move(question));
    }

    [[nodiscard]] result<void> ask(std::span<Question const> questions) {
        std::vector<std::optional<Bytes32>> proved(questions.size());
        PLIMSOLL_TRYV(prove(questions, proved));
        std::vector<ContractCall> calls;
        for (Question const& question : questions) calls.push_back({question.contract, question.call});
        source_.will_call(calls, report_.at);
        for (std::size_t i = 0; i < questions.size(); ++i) {
            Question const& question = questions[i];
            PLIMSOLL_TRY(answer, call(question));
            if (!answer && !proved[i]) {
                ++report_.balances_unanswered;
                continue;
            }
            ++report_.balances;
            if (proved[i]) ++report_.balances_proved;
            if (answer && proved[i] && *answer != *proved[i]) {
                tell(FindingKind::unproved, question, "the call's answer " + hex_of(*answer) + " is not what storage proves, " + hex_of(*proved[i]));
            }
            compare(question, proved[i] ? *proved[i] : *answer);
        }
        return outcome::success();
    }

    /// Slots by a proof from the block's state root; none where the source has no proof to give.
    [[nodiscard]] result<void> prove(std::span<Question const> questions, std::vector<std::optional<Bytes32>>& proved) {
        std::vector<Bytes32> slots;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < questions.size(); ++i) {
            if (!questions[i].slot) continue;
            slots.push_back(*questions[i].slot);
            places.push_back(i);
        }
        if (slots.empty()) return outcome::success();
        auto const answered = source_.proof(questions.front().contract, slots, report_.at);
        if (!answered && answered.error().is(Errc::block_missing)) return outcome::success();
        if (!answered) return outcome::failure(answered.error());
        AccountProof const& proof = answered.value();
        auto verdict = verify_account(header_.state_root, proof);
        bool const is_asked = proof.address == questions.front().contract && proof.storage.size() == slots.size();
        if (verdict && !is_asked) verdict = fail(Errc::state_proof_fails, "it is of other slots than were asked for");
        for (std::size_t i = 0; verdict && i < slots.size(); ++i) {
            if (proof.storage[i].slot != slots[i]) verdict = fail(Errc::state_proof_fails, "it is of other slots than were asked for");
        }
        if (!verdict) {
            Finding finding{FindingKind::unproved, report_.at, {}, {}, 0, "the contract's storage is not proved",
                            std::to_string(slots.size()) + " figures", verdict.error().message()};
            report_.add(std::move(finding), ask_.findings_limit);
            return outcome::success();
        }
        for (std::size_t i = 0; i < slots.size(); ++i) proved[places[i]] = proof.storage[i].value;
        return outcome::success();
    }

    [[nodiscard]] result<std::optional<Bytes32>> call(Question const& question) {
        auto const answered = source_.call(question.contract, question.call, report_.at);
        if (!answered && answered.error().is(Errc::block_missing)) return std::optional<Bytes32>{};
        if (!answered) return outcome::failure(answered.error());
        Bytes32 word{};
        if (answered.value().size() != word.size()) {
            tell(FindingKind::unproved, question, "the call answers " + hex_of(answered.value()) + ", which is no word");
            return std::optional<Bytes32>{};
        }
        std::copy(answered.value().begin(), answered.value().end(), word.begin());
        return std::optional(word);
    }

    void compare(Question const& question, Bytes32 const& word) {
        risk::Int256 const stated = number_of(word);
        auto const units = scaled(stated, question.decimals);
        if (units && *units == question.ledger) return;
        tell(FindingKind::amount, question,
             units ? format_decimal(*units) : risk::format_int256(stated) + " of 10^-" + std::to_string(question.decimals));
    }

    void tell(FindingKind kind, Question const& question, std::string chain) {
        Finding finding{kind, report_.at, {}, {}, 0, question.what, format_decimal(question.ledger), std::move(chain)};
        report_.add(std::move(finding), ask_.findings_limit);
    }

    book::Book const& book_;
    ChainSource& source_;
    Mapping const& mapping_;
    Header const& header_;
    ReconcileAsk const& ask_;
    ReconcileReport& report_;
    std::vector<Question> questions_;
};

} // namespace

result<void> compare_balances(replay::Moment const& moment, ChainSource& source, Mapping const& mapping,
                              Header const& header, ReconcileAsk const& ask, ReconcileReport& report) {
    return BalanceComparison(moment, source, mapping, header, ask, report).run();
}

} // namespace plimsoll::tools::chain
