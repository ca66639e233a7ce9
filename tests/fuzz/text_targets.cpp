#include "risk/clearing/clearing_preset.hpp"
#include "risk/margin/preset.hpp"
#include "tests/fuzz/scratch.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/ledger/book/market.hpp"
#include "tools/import/bitmex_rows.hpp"
#include "tools/import/deribit_rows.hpp"
#include "tools/import/importer.hpp"
#include "tools/import/stark_words.hpp"
#include "tools/text/command_reader.hpp"
#include "tools/text/event_reader.hpp"

namespace plimsoll::fuzz {
namespace {

using namespace tools;

[[nodiscard]] book::Book const& a_book() {
    static testing_aid::Sample const sample = testing_aid::market();
    return sample.book();
}

template <class Reader> void for_lines(std::string_view text) {
    static Reader reader;
    static Names const names(a_book());
    while (!text.empty()) {
        std::size_t const end = std::min(text.find('\n'), text.size());
        static_cast<void>(reader.read(text.substr(0, end), names));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void event_json(std::string_view text) { for_lines<EventReader>(text); }
void command_json(std::string_view text) { for_lines<CommandReader>(text); }

template <class Columns> void rows_of(CsvReader& reader) {
    auto const columns = Columns::find(reader);
    while (true) {
        auto const more = reader.next();
        if (more && !more.value()) return;
        if (!more && more.error().is(Errc::file_unreadable)) return;
        if (!more || !columns) continue;
        static_cast<void>(columns.value().time(reader));
        static_cast<void>(columns.value().read(reader));
    }
}

template <class Columns> void rows(std::string_view text) {
    static Scratch const scratch;
    auto reader = CsvReader::open(scratch.file("rows.csv", text));
    if (reader) rows_of<Columns>(reader.value());
}

struct AnyColumns {
    static result<AnyColumns> find(CsvReader const& reader) {
        static_cast<void>(reader.column("amount"));
        return AnyColumns{};
    }
    result<void> time(CsvReader const& reader) const {
        PLIMSOLL_ASSERT(!reader.place().empty());
        return outcome::success();
    }
    result<void> read(CsvReader const& reader) const {
        static_cast<void>(reader.field(0).size() + reader.text().size());
        return outcome::success();
    }
};

void csv(std::string_view text) { rows<AnyColumns>(text); }
void bitmex_rows(std::string_view text) { rows<BitmexColumns>(text); }
void deribit_rows(std::string_view text) { rows<DeribitColumns>(text); }

void stark_words(std::string_view text) {
    if (auto const pages = parse_stark_pages(text)) static_cast<void>(decode_stark_words(pages.value()));
}

void margin_preset(std::string_view text) { static_cast<void>(risk::Preset::parse(text, "fuzzed.toml")); }
void clearing_preset(std::string_view text) { static_cast<void>(risk::ClearingPreset::parse(text, "fuzzed.toml")); }

/// The whole importer into an empty ledger, whose events are dropped again. The first byte says whether bad records are
/// set aside.
void import(std::string_view format, std::string_view text) {
    static Scratch const scratch;
    static auto const engine = [] {
        auto const path = scratch.folder() / "ledger";
        PLIMSOLL_ASSERT(replay::Engine::create(path));
        return std::move(replay::Engine::open(path).value());
    }();
    if (text.empty()) return;
    ImportOptions options;
    options.quarantine = (static_cast<unsigned char>(text.front()) & 1U) != 0;
    engine->hold(1'000'000);
    static_cast<void>(find_importer(format)(*engine, scratch.file("import", text.substr(1)), options));
    PLIMSOLL_ASSERT(engine->abandon());
    PLIMSOLL_ASSERT(engine->book().sequence() == 0);
}
void import_bitmex(std::string_view text) { import("bitmex-wallet", text); }
void import_deribit(std::string_view text) { import("deribit-chain", text); }
void import_stark(std::string_view text) { import("stark-perpetual", text); }
void import_events(std::string_view text) { import("events", text); }

constexpr Target targets[] = {
    {"event_json", event_json},       {"command_json", command_json},       {"csv", csv},
    {"bitmex_rows", bitmex_rows},     {"deribit_rows", deribit_rows},       {"stark_words", stark_words},
    {"margin_preset", margin_preset}, {"clearing_preset", clearing_preset}, {"import_bitmex", import_bitmex},
    {"import_deribit", import_deribit}, {"import_stark", import_stark},     {"import_events", import_events}};

} // namespace

std::span<Target const> text_targets() { return targets; }

} // namespace plimsoll::fuzz
