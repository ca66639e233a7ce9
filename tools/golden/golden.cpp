#include "tools/golden/golden.hpp"

#include "ledger/book/apply.hpp"
#include "ledger/book/root.hpp"
#include "ledger/event/decimal.hpp"
#include "ledger/event/entry.hpp"
#include "risk/solvency.hpp"
#include "tools/text/number_text.hpp"

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr std::string_view first_line = "plimsoll-golden ";
constexpr std::uint64_t format_version = 1;
constexpr std::string_view last_word = "sha256 ";

[[nodiscard]] auto malformed(std::string what) { return fail(Errc::golden_malformed, std::move(what)); }

[[nodiscard]] result<std::uint64_t> to_number(std::string_view text, std::string_view field) {
    auto const number = read_unsigned(text);
    if (!number) return malformed(std::string(field) + " is '" + std::string(text) + "'");
    return *number;
}

[[nodiscard]] result<Hash> to_root(std::string_view text, std::string_view field) {
    Hash hash{};
    bool const ok = read_hex(text, std::as_writable_bytes(std::span(hash))) && to_hex(hash) == text; // lower case only
    if (!ok) return malformed(std::string(field) + " is no hash");
    return hash;
}

/// Takes the words of lines from the front of the text.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}
    [[nodiscard]] bool next_is(std::string_view word) const { return rest_.starts_with(word) && rest_.substr(word.size()).starts_with(' '); }
    /// What follows `word` on the next line.
    [[nodiscard]] result<std::string_view> take(std::string_view word) {
        std::size_t const end = rest_.find('\n');
        if (!next_is(word) || end == std::string_view::npos) return malformed("the line '" + std::string(word) + " ...' is missing");
        std::string_view const value = rest_.substr(word.size() + 1, end - word.size() - 1);
        rest_.remove_prefix(end + 1);
        return value;
    }
    [[nodiscard]] result<std::uint64_t> take_number(std::string_view word) {
        PLIMSOLL_TRY(value, take(word));
        return to_number(value, word);
    }
    [[nodiscard]] result<Hash> take_root(std::string_view word) {
        PLIMSOLL_TRY(value, take(word));
        return to_root(value, word);
    }
    [[nodiscard]] result<std::string> take_bytes(std::uint64_t count) {
        if (count > rest_.size()) return malformed("a batch is cut short");
        std::string bytes(rest_.substr(0, count));
        rest_.remove_prefix(count);
        return bytes;
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// The body, once version and sum are what they should be.
[[nodiscard]] result<std::string_view> checked_body(std::string_view text) {
    Lines lines(text);
    if (!lines.next_is("plimsoll-golden")) return malformed("it does not begin as one; plimsoll replay-test record makes them");
    PLIMSOLL_TRY(version, lines.take_number("plimsoll-golden"));
    if (version != format_version) {
        return malformed("it has form " + std::to_string(version) + ", this program reads " + std::to_string(format_version) +
                         "; a newer program wrote it");
    }
    std::size_t const sum_bytes = last_word.size() + 64 + 1;
    std::string_view const sum = text.substr(text.size() - std::min(text.size(), sum_bytes));
    if (!sum.starts_with(last_word) || sum.back() != '\n') return malformed("its last line is not its sum: it was cut short");
    std::string_view const body = text.substr(0, text.size() - sum_bytes);
    if (sum.substr(last_word.size(), 64) != to_hex(sha256(bytes_of(body)))) {
        return malformed("its sum is of other bytes: it was damaged or edited");
    }
    return body;
}

void report_kinds(std::map<std::uint8_t, std::uint64_t> const& kinds, std::vector<std::string>& report) {
    for (auto const& [kind, count] : kinds) report.push_back("kind " + std::string(kind_word(kind)) + " " + std::to_string(count));
}

/// The balance sheet of `solvency`, asset by asset, and its totals.
[[nodiscard]] result<void> report_solvency(book::Book const& book, std::vector<std::string>& report) {
    auto const in = risk::default_valuation_asset(book);
    if (!in) return outcome::success();
    PLIMSOLL_TRY(valuation, risk::Valuation::of(book, *in));
    for (risk::AssetSolvency const& sheet : risk::asset_solvency(valuation)) {
        std::string const name = "asset " + std::string(book.asset(sheet.asset).name.view()) + " ";
        auto say = [&](char const* what, Amount amount) { report.push_back(name + what + " " + format_decimal(amount)); };
        say("liabilities", sheet.liabilities);
        say("negative", sheet.negative);
        say("fund", sheet.fund);
        say("backstop", sheet.backstop);
        say("fees", sheet.fees);
        say("markets", sheet.markets);
        say("outside_held", sheet.outside_held);
        say("bad_debt", sheet.bad_debt);
        say("rounding", sheet.rounding);
        report.push_back(name + "customers_negative " + std::to_string(sheet.customers_negative));
    }
    risk::Totals const totals = risk::totals_of(valuation, valuation.sweep());
    report.push_back("customers " + std::to_string(totals.customers) + " below_zero " + std::to_string(totals.accounts_negative));
    report.push_back("equity " + std::string(book.asset(*in).name.view()) + " " + format_decimal(totals.equity_total));
    return outcome::success();
}

} // namespace

std::string Golden::text() const {
    std::string out(first_line);
    auto line = [&](std::string const& words) { out.append(words).push_back('\n'); };
    line(std::to_string(format_version));
    line("schema " + std::to_string(schema));
    line("events " + std::to_string(expected.events));
    for (GoldenState const& state : expected.states) line("state " + std::to_string(state.sequence) + " " + to_hex(state.root));
    line("log " + to_hex(expected.log_root));
    line("tree " + to_hex(expected.tree_root));
    for (std::string const& each : expected.report) line("report " + each);
    line("batches " + std::to_string(batches.size()));
    for (std::string const& batch : batches) {
        line("batch " + std::to_string(batch.size()));
        out += batch;
    }
    std::string const sum = to_hex(sha256(bytes_of(std::string_view(out))));
    line(std::string(last_word) + sum);
    return out;
}

result<Golden> Golden::parse(std::string_view text) {
    PLIMSOLL_TRY(body, checked_body(text));
    Lines lines(body);
    Golden golden;
    PLIMSOLL_TRYV(lines.take("plimsoll-golden"));
    PLIMSOLL_TRY(schema, lines.take_number("schema"));
    golden.schema = schema;
    if (schema > schema_version) {
        return malformed("its events have schema " + std::to_string(schema) + ", this program knows up to " + std::to_string(schema_version) +
                         "; a newer program recorded it");
    }
    PLIMSOLL_TRY(events, lines.take_number("events"));
    golden.expected.events = events;
    while (lines.next_is("state")) {
        PLIMSOLL_TRY(words, lines.take("state"));
        std::size_t const blank = words.find(' ');
        PLIMSOLL_TRY(sequence, to_number(words.substr(0, blank), "a state's event"));
        PLIMSOLL_TRY(root, to_root(blank == std::string_view::npos ? "" : words.substr(blank + 1), "a state root"));
        golden.expected.states.push_back({sequence, root});
    }
    PLIMSOLL_TRY(log_root, lines.take_root("log"));
    golden.expected.log_root = log_root;
    PLIMSOLL_TRY(tree_root, lines.take_root("tree"));
    golden.expected.tree_root = tree_root;
    while (lines.next_is("report")) {
        PLIMSOLL_TRY(words, lines.take("report"));
        golden.expected.report.emplace_back(words);
    }
    PLIMSOLL_TRY(count, lines.take_number("batches"));
    for (std::uint64_t i = 0; i < count; ++i) {
        PLIMSOLL_TRY(size, lines.take_number("batch"));
        PLIMSOLL_TRY(bytes, lines.take_bytes(size));
        golden.batches.push_back(std::move(bytes));
    }
    if (!lines.done()) return malformed("something follows its batches");
    if (golden.expected.states.empty()) return malformed("it expects no state root at all");
    return golden;
}

result<Expectation> add_up(std::vector<std::string> const& batches, std::vector<std::uint64_t> const& stops,
                           std::function<void(std::uint64_t)> const& progress) {
    Expectation found;
    book::Book book;
    book::PageHashes hashes;
    merkle::Frontier tree;
    std::map<std::uint8_t, std::uint64_t> kinds;
    auto stop = stops.begin();
    auto note_state = [&] {
        found.states.push_back({book.sequence(), hashes.update(book)});
        book.for_tables([](book::TableId, auto& table) { table.clean(); });
    };
    for (; stop != stops.end() && *stop == 0; ++stop) note_state();
    AlignedBytes bytes;
    for (std::string const& each : batches) {
        bytes.assign(bytes_of(std::string_view(each)));
        PLIMSOLL_TRY(batch, BatchView::open(bytes.view()));
        std::uint64_t const first = batch.header().first_sequence;
        if (first != book.sequence() + 1 || batch.header().previous != found.log_root) {
            return malformed("its batch at #" + std::to_string(first) + " does not follow the one before");
        }
        found.log_root = sha256(bytes.view());
        for (EntryWalk walk(bytes.view()); !walk.done();) {
            Entry const entry = walk.next();
            ++kinds[entry.kind];
            tree.append(entry.leaf_hash());
        }
        while (book.sequence() < batch.last_sequence()) {
            std::uint64_t const last = stop == stops.end() ? batch.last_sequence() : std::min(*stop, batch.last_sequence());
            PLIMSOLL_TRYV(book::apply_range(book, batch, book.sequence() + 1 - first, last + 1 - first));
            for (; stop != stops.end() && *stop == book.sequence(); ++stop) note_state();
        }
        if (progress) progress(book.sequence());
    }
    if (found.states.empty() || found.states.back().sequence != book.sequence()) note_state();
    found.events = book.sequence();
    found.tree_root = tree.root();
    report_kinds(kinds, found.report);
    PLIMSOLL_TRYV(report_solvency(book, found.report));
    return found;
}

std::optional<GoldenDifference> first_difference(Expectation const& expected, Expectation const& found) {
    if (expected.events != found.events) return GoldenDifference{"events", std::to_string(expected.events), std::to_string(found.events)};
    if (expected.log_root != found.log_root) return GoldenDifference{"log root", to_hex(expected.log_root), to_hex(found.log_root)};
    if (expected.tree_root != found.tree_root) return GoldenDifference{"event tree root", to_hex(expected.tree_root), to_hex(found.tree_root)};
    for (std::size_t i = 0; i < expected.states.size(); ++i) {
        GoldenState const& want = expected.states[i];
        std::string const what = "state root after #" + std::to_string(want.sequence);
        if (i >= found.states.size() || found.states[i].sequence != want.sequence) return GoldenDifference{what, to_hex(want.root), "none: the log has no such event"};
        if (found.states[i].root != want.root) return GoldenDifference{what, to_hex(want.root), to_hex(found.states[i].root)};
    }
    for (std::size_t i = 0; i < std::max(expected.report.size(), found.report.size()); ++i) {
        std::string const want = i < expected.report.size() ? expected.report[i] : "nothing";
        std::string const have = i < found.report.size() ? found.report[i] : "nothing";
        if (want != have) return GoldenDifference{"report line " + std::to_string(i + 1), want, have};
    }
    return std::nullopt;
}

} // namespace plimsoll::tools
