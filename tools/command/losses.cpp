#include "tools/command/answer.hpp"
#include "tools/command/commands.hpp"
#include "tools/command/question.hpp"
#include "tools/text/choices.hpp"
#include "tools/text/people.hpp"
#include "tools/text/table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace plimsoll::tools {
namespace {

constexpr char const* examples =
    "Who paid: every bad debt that was recognised up to that moment, and what each layer of the waterfall paid of it.\n"
    "The layers and what is not covered yet add up to the loss, to the unit.\n"
    "\n"
    "  plimsoll losses day\n"
    "  plimsoll losses day --at 2026-01-15T15:30:00Z --limit 50\n"
    "  plimsoll losses day --json\n";

constexpr std::size_t layer_count = std::tuple_size_v<decltype(book::LossRow::paid)>;

struct Ask {
    std::string directory;
    std::string moment = "latest";
    std::uint64_t limit = 20;
    bool has_limit = false;
};

/// Losses of one asset, summed.
struct Sum {
    std::uint64_t losses = 0;
    Amount recognised;
    std::array<Amount, layer_count> paid;
    Amount open;
};

[[nodiscard]] std::map<AssetId, Sum> sums_of(book::Book const& book) {
    std::map<AssetId, Sum> sums;
    for (book::LossRow const& loss : book.losses.rows()) {
        Sum& sum = sums[loss.asset];
        ++sum.losses;
        bool fits = sum.recognised.add(loss.recognised) && sum.open.add(loss.open());
        for (std::size_t layer = 0; layer < layer_count; ++layer) fits = fits && sum.paid[layer].add(loss.paid[layer]);
        PLIMSOLL_ASSERT(fits); // rows hold 126 bits and there are fewer than 2^32 of them only in theory
    }
    return sums;
}

/// The largest first; of equals, the older.
[[nodiscard]] std::vector<book::LossRow> largest(book::Book const& book, std::uint64_t limit) {
    std::vector<book::LossRow> losses(book.losses.rows().begin(), book.losses.rows().end());
    std::ranges::sort(losses, [](book::LossRow const& a, book::LossRow const& b) {
        return a.recognised != b.recognised ? a.recognised > b.recognised : a.id < b.id;
    });
    if (losses.size() > limit) losses.resize(limit);
    return losses;
}

[[nodiscard]] std::string_view layer_name(std::size_t layer) { return word(static_cast<wire::Layer>(layer)); }

void write_layers(JsonWriter& json, book::Book const& book, AssetId asset, std::array<Amount, layer_count> const& paid) {
    json.key("paid").begin_array();
    for (std::size_t layer = 0; layer < layer_count; ++layer) {
        if (paid[layer].is_zero()) continue;
        json.begin_object().field("layer", layer_name(layer)).field("amount", json_amount(book, asset, paid[layer]));
        json.end_object();
    }
    json.end_array();
}

[[nodiscard]] std::string to_json(replay::Moment const& moment, Ask const& ask) {
    book::Book const& book = moment.book;
    auto const shown = largest(book, ask.has_limit ? ask.limit : book.losses.size());
    return json_answer("losses", book, moment.basis, [&](JsonWriter& json) {
        json.key("assets").begin_array();
        for (auto const& [asset, sum] : sums_of(book)) {
            json.begin_object().field("asset", name_of(book, asset)).field("losses", sum.losses);
            json.field("recognised", json_amount(book, asset, sum.recognised));
            write_layers(json, book, asset, sum.paid);
            json.field("not_covered", json_amount(book, asset, sum.open)).end_object();
        }
        json.end_array().key("losses").begin_array();
        for (book::LossRow const& loss : shown) {
            json.begin_object().field("loss", loss.id).field("account", name_of(book, loss.account));
            json.field("asset", name_of(book, loss.asset));
            json.field("recognised", json_amount(book, loss.asset, loss.recognised));
            write_layers(json, book, loss.asset, loss.paid);
            json.field("not_covered", json_amount(book, loss.asset, loss.open())).end_object();
        }
        json.end_array().field("complete", shown.size() == book.losses.size());
    });
}

[[nodiscard]] std::string sums_text(book::Book const& book) {
    std::string out;
    for (auto const& [asset, sum] : sums_of(book)) {
        auto money = [&, id = asset](Amount amount) { return people_value(amount, decimals_of(book, id)); };
        Table table({{"who paid, in " + name_of(book, asset)}, {"", Align::right}});
        table.row({people_plural(sum.losses, "bad debt") + " recognised", money(sum.recognised)});
        for (std::size_t layer = 0; layer < layer_count; ++layer) {
            if (!sum.paid[layer].is_zero()) table.row({std::string(layer_name(layer)), money(sum.paid[layer])});
        }
        table.row({"not covered", money(sum.open)});
        out += table.text() + "\n";
    }
    return out;
}

[[nodiscard]] std::string losses_text(book::Book const& book, Ask const& ask) {
    Table table({{"loss"}, {"account"}, {"recognised", Align::right}, {"in"}, {"paid by"}});
    auto const shown = largest(book, ask.limit);
    for (book::LossRow const& loss : shown) {
        int const decimals = decimals_of(book, loss.asset);
        std::string paid;
        for (std::size_t layer = 0; layer < layer_count; ++layer) {
            if (loss.paid[layer].is_zero()) continue;
            if (!paid.empty()) paid += ", ";
            paid += fmt::format("{} {}", layer_name(layer), people_value(loss.paid[layer], decimals));
        }
        table.row({std::to_string(loss.id), name_of(book, loss.account), people_value(loss.recognised, decimals),
                   name_of(book, loss.asset), paid.empty() ? "nobody yet" : paid});
    }
    std::string out = table.text();
    std::size_t const rest = book.losses.size() - shown.size();
    if (rest != 0) out += fmt::format("  and {} more: --limit {}\n", people_count(rest), book.losses.size());
    return out;
}

[[nodiscard]] std::string to_text(replay::Moment const& moment, Ask const& ask) {
    book::Book const& book = moment.book;
    std::string out = fmt::format("Losses of {}, up to {}\n\n", ask.directory, people_moment(moment.basis));
    if (book.losses.size() == 0) {
        out += "  No bad debt was recognised.\n";
    } else {
        out += sums_text(book) + losses_text(book, ask);
    }
    return out + people_foot(book, moment.basis);
}

[[nodiscard]] result<Status> show(Shell const& shell, Ask const& ask) {
    PLIMSOLL_TRY(reader, open_reader(ask.directory));
    PLIMSOLL_TRY(moment, moment_at(*reader, ask.moment));
    PLIMSOLL_TRYV(Shell::print(shell.is_json() ? to_json(moment, ask) : to_text(moment, ask)));
    return Status::fine;
}

} // namespace

void add_losses(Shell& shell) {
    auto ask = std::make_shared<Ask>();
    CLI::App& command = shell.add("losses", "Who paid for bad debt, layer by layer", examples);
    command.add_option("DIR", ask->directory, "The ledger's directory")->required();
    command.add_option("--at", ask->moment, "latest, #SEQ, before:#SEQ or an RFC 3339 time")->capture_default_str();
    auto* limit = command.add_option("--limit", ask->limit, "The largest so many (JSON: all)")->capture_default_str();
    shell.on_run(command, [&shell, ask, limit] {
        ask->has_limit = limit->count() != 0;
        return show(shell, *ask);
    });
}

} // namespace plimsoll::tools
