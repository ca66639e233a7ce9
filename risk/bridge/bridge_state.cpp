#include "risk/bridge/bridge_state.hpp"

#include "ledger/event/decimal.hpp"
#include "ledger/event/time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace plimsoll::risk {
namespace {

constexpr std::array<std::string_view, 5> bridge_state_words{"observed", "attested", "confirmed", "final", "reversed"};
constexpr std::array<std::string_view, 3> withdrawal_words{"waiting", "released", "returned"};

[[nodiscard]] std::string name_in(book::Book const& book, AccountId account) { return std::string(book.account(account).name.view()); }

[[nodiscard]] std::optional<std::uint64_t> whole_number_of(std::string_view text) {
    std::uint64_t value = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "attested block=17 log=3 account=alice smith": the first word, then figures, the account last.
class BridgeWords {
public:
    explicit BridgeWords(std::string_view text) : text_(text) {}

    [[nodiscard]] std::string_view state() const { return text_.substr(0, text_.find(' ')); }
    [[nodiscard]] std::optional<std::string_view> figure(std::string_view key) const {
        std::string const mark = " " + std::string(key) + "=";
        std::size_t const account = text_.find(" account="); // a name may look like figures
        std::size_t const at = text_.find(mark);
        if (at == std::string_view::npos || at > account) return std::nullopt;
        std::string_view const rest = text_.substr(at + mark.size());
        return key == "account" ? rest : rest.substr(0, rest.find(' '));
    }
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view key) const {
        auto const text = figure(key);
        return text ? whole_number_of(*text) : std::nullopt;
    }
    [[nodiscard]] std::optional<Int128> decimal(std::string_view key) const {
        auto const text = figure(key);
        if (!text) return std::nullopt;
        auto const value = parse_decimal(*text);
        return value ? std::optional(value.value()) : std::nullopt;
    }
    [[nodiscard]] std::optional<TimeNs> time(std::string_view key) const {
        auto const text = figure(key);
        if (!text) return std::nullopt;
        auto const value = parse_time(*text);
        return value ? std::optional(value.value()) : std::nullopt;
    }

private:
    std::string_view text_;
};

[[nodiscard]] ParameterSet bridge_event(book::Book const& book, std::string_view chain, std::string name, AssetId asset, Int128 value) {
    ParameterSet fact;
    fact.scope = std::string(bridge_events_scope) + std::string(chain);
    fact.name = std::move(name);
    fact.unit = book.asset(asset).name.view();
    fact.value = to_wire(value);
    return fact;
}

/// A reason in somebody's words: no figure can be mistaken for one of its own.
void add_note(ParameterSet& fact, std::string_view note) {
    if (note.empty()) return;
    std::string words(note);
    std::ranges::replace(words, '=', ':');
    fact.text.append(" reason: ").append(words);
}

/// "in 7" gives 7.
[[nodiscard]] std::optional<std::uint32_t> slot_of(std::string_view name, std::string_view way) {
    if (!name.starts_with(way)) return std::nullopt;
    auto const slot = whole_number_of(name.substr(way.size()));
    if (!slot || *slot == 0 || *slot > 0xffff'ffff) return std::nullopt;
    return static_cast<std::uint32_t>(*slot);
}

constexpr std::string_view way_in = "in ";
constexpr std::string_view way_out = "out ";

template <class Map, class Key> void change(Map& map, Key const& key, Int128 by) {
    auto const at = map.try_emplace(key, 0).first;
    at->second += by; // amounts of transfers that a row of a balance holds
    if (at->second == 0) map.erase(at);
}

} // namespace

std::string_view word(BridgeState state) { return bridge_state_words[static_cast<std::size_t>(state)]; }
std::string_view word(WithdrawalState state) { return withdrawal_words[static_cast<std::size_t>(state)]; }

std::optional<BridgeState> find_bridge_state(std::string_view word) {
    auto const found = std::ranges::find(bridge_state_words, word);
    if (found == bridge_state_words.end()) return std::nullopt;
    return static_cast<BridgeState>(found - bridge_state_words.begin());
}

ParameterSet event_of(book::Book const& book, std::string_view chain, std::uint32_t slot, BridgeTransfer const& transfer, std::string_view note) {
    bool const is_over = transfer.state == BridgeState::final_ || transfer.state == BridgeState::reversed;
    ParameterSet fact = bridge_event(book, chain, std::string(way_in) + std::to_string(slot), transfer.asset, is_over ? 0 : transfer.amount);
    fact.text = std::string(word(transfer.state)) + " transaction=" + transfer.transaction + " log=" + std::to_string(transfer.log_index) +
                " block=" + std::to_string(transfer.block);
    if (!transfer.block_hash.empty()) fact.text += " hash=" + transfer.block_hash;
    fact.text += " amount=" + format_decimal(transfer.amount) + " credited=" + format_decimal(transfer.credited) +
                 " confirmations=" + std::to_string(transfer.confirmations);
    add_note(fact, note);
    fact.text += " account=" + name_in(book, transfer.account);
    return fact;
}

ParameterSet event_of(book::Book const& book, std::string_view chain, std::uint32_t slot, BridgeWithdrawal const& withdrawal,
                      std::string_view note) {
    bool const is_over = withdrawal.state != WithdrawalState::waiting;
    ParameterSet fact = bridge_event(book, chain, std::string(way_out) + std::to_string(slot), withdrawal.asset, is_over ? 0 : withdrawal.amount);
    fact.text = std::string(word(withdrawal.state)) + " number=" + std::to_string(withdrawal.number) + " amount=" + format_decimal(withdrawal.amount) +
                " asked=" + format_time(withdrawal.asked) + " due=" + format_time(withdrawal.due);
    add_note(fact, note);
    fact.text += " account=" + name_in(book, withdrawal.account);
    return fact;
}

std::optional<BridgeTransfer> transfer_of(book::Book const& book, ParameterSet const& fact) {
    if (!slot_of(fact.name, way_in)) return std::nullopt;
    BridgeWords const words(fact.text);
    auto const state = find_bridge_state(words.state());
    auto const transaction = words.figure("transaction");
    auto const log = words.count("log");
    auto const block = words.count("block");
    auto const amount = words.decimal("amount");
    auto const credited = words.decimal("credited");
    auto const account = words.figure("account");
    auto const known = account ? book.find_account(*account) : std::nullopt;
    auto const asset = book.find_asset(fact.unit);
    if (!state || !transaction || !log || !block || !amount || !credited || !known || !asset) return std::nullopt;
    BridgeTransfer transfer;
    transfer.state = *state;
    transfer.transaction = *transaction;
    transfer.log_index = *log;
    transfer.block = *block;
    transfer.block_hash = words.figure("hash").value_or("");
    transfer.asset = *asset;
    transfer.account = *known;
    transfer.amount = *amount;
    transfer.credited = *credited;
    transfer.confirmations = words.count("confirmations").value_or(0);
    return transfer;
}

std::optional<BridgeWithdrawal> withdrawal_of(book::Book const& book, ParameterSet const& fact) {
    if (!slot_of(fact.name, way_out)) return std::nullopt;
    BridgeWords const words(fact.text);
    auto const state = std::ranges::find(withdrawal_words, words.state());
    auto const number = words.count("number");
    auto const amount = words.decimal("amount");
    auto const asked = words.time("asked");
    auto const due = words.time("due");
    auto const account = words.figure("account");
    auto const known = account ? book.find_account(*account) : std::nullopt;
    auto const asset = book.find_asset(fact.unit);
    if (state == withdrawal_words.end() || !number || !amount || !asked || !due || !known || !asset) return std::nullopt;
    return BridgeWithdrawal{static_cast<WithdrawalState>(state - withdrawal_words.begin()), *number, *asset, *known, *amount, *asked, *due, 0};
}

std::pair<std::uint32_t const, BridgeTransfer> const* BridgeLane::find(BridgePlace const& place) const {
    for (auto const& each : in) {
        if (each.second.transaction == place.transaction && each.second.log_index == place.log_index) return &each;
    }
    return nullptr;
}

std::pair<std::uint32_t const, BridgeWithdrawal> const* BridgeLane::find(std::uint64_t withdrawal) const {
    for (auto const& each : out) {
        if (each.second.number == withdrawal) return &each;
    }
    return nullptr;
}

void BridgeBoard::forget() {
    lanes_.clear();
    arriving_.clear();
    waiting_.clear();
    credited_.clear();
}

bool BridgeBoard::is_needed(book::ParameterRow const& row) {
    std::string_view const scope = row.scope.view();
    if (scope == bridge_capacity_scope) return true;
    if (!scope.starts_with(bridge_events_scope)) return false;
    return row.value.units() != 0; // `final` and `withdrawals` stand for good
}

void BridgeBoard::follow(ParameterSet const& fact, book::Book const& book, std::uint64_t sequence) {
    if (!fact.scope.starts_with(bridge_events_scope)) return;
    BridgeLane& lane = lanes_[fact.scope.substr(bridge_events_scope.size())];
    if (fact.name == "withdrawals") {
        lane.withdrawals = static_cast<std::uint64_t>(units(fact.value) / one_units);
    } else if (fact.name == "final") {
        BridgeWords const words(fact.text);
        lane.final_place = {words.count("block").value_or(0), words.count("log").value_or(0)};
    } else if (auto transfer = transfer_of(book, fact)) {
        std::uint32_t const slot = *slot_of(fact.name, way_in);
        auto const before = lane.in.find(slot);
        if (before != lane.in.end()) {
            change(arriving_, before->second.asset, -before->second.amount);
            change(credited_, std::pair(before->second.account, before->second.asset), -before->second.credited);
            lane.in.erase(before);
        }
        if (units(fact.value) == 0) return;
        change(arriving_, transfer->asset, transfer->amount);
        change(credited_, std::pair(transfer->account, transfer->asset), transfer->credited);
        transfer->sequence = sequence;
        lane.in.emplace(slot, std::move(*transfer));
    } else if (auto withdrawal = withdrawal_of(book, fact)) {
        std::uint32_t const slot = *slot_of(fact.name, way_out);
        auto const before = lane.out.find(slot);
        if (before != lane.out.end()) {
            change(waiting_, before->second.asset, -before->second.amount);
            lane.out.erase(before);
        }
        if (units(fact.value) == 0) return;
        change(waiting_, withdrawal->asset, withdrawal->amount);
        withdrawal->sequence = sequence;
        lane.out.emplace(slot, *withdrawal);
    }
}

BridgeLane const& BridgeBoard::lane(std::string_view chain) const {
    static BridgeLane const none{};
    auto const found = lanes_.find(chain);
    return found == lanes_.end() ? none : found->second;
}

Int128 BridgeBoard::waiting(AssetId asset) const {
    auto const found = waiting_.find(asset);
    return found == waiting_.end() ? 0 : found->second;
}

Int128 BridgeBoard::credited(AccountId account, AssetId asset) const {
    auto const found = credited_.find({account, asset});
    return found == credited_.end() ? 0 : found->second;
}

} // namespace plimsoll::risk
