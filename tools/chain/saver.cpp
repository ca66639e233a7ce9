#include "tools/chain/saver.hpp"

#include "tools/chain/records.hpp"
#include "tools/errc.hpp"

#include <fmt/core.h>

#include <fstream>
#include <optional>

namespace plimsoll::tools::chain {
namespace {

namespace fs = std::filesystem;

/// How far an earlier attempt came.
struct Part {
    std::uint64_t bytes = 0; ///< up to the end of its last whole line
    std::uint64_t blocks = 0;
    std::optional<Header> last;
};

[[nodiscard]] auto unwritable(fs::path const& file, std::string const& why) {
    return fail(tools::Errc::file_unwritable, file.string() + ": " + why);
}

[[nodiscard]] std::string first_line(SaveAsk const& ask, std::uint64_t chain_id) {
    std::string line;
    JsonWriter json(line);
    json.begin_object().field("plimsoll_chain", 1).field("chain_id", quantity_of(chain_id));
    json.field("first", quantity_of(ask.first)).field("last", quantity_of(ask.last)).end_object();
    return line + "\n";
}

[[nodiscard]] std::string line_of(Header const& header, std::vector<Receipt> const& receipts) {
    std::string line;
    JsonWriter json(line);
    json.begin_object().key("block");
    write_header(json, header);
    json.key("receipts").begin_array();
    for (Receipt const& receipt : receipts) write_receipt(json, receipt, header);
    json.end_array().end_object();
    return line + "\n";
}

[[nodiscard]] result<Header> header_in(std::string const& line) {
    simdjson::dom::parser parser;
    JsonElement block;
    if (parser.parse(line)["block"].get(block) != simdjson::SUCCESS) return fail(Errc::record_malformed, "a line without a block");
    return read_header(block);
}

/// What FILE.part holds of the same range; nothing where there is no such file.
/// Errors: tools::Errc::file_unwritable where it is of something else.
[[nodiscard]] result<Part> earlier_part(fs::path const& file, std::string const& head, std::uint64_t first) {
    Part part;
    std::ifstream in(file, std::ios::binary);
    if (!in) return part;
    std::string line;
    std::string last_line;
    for (bool is_first = true; std::getline(in, line) && !in.eof(); is_first = false) { // a line without its end is not whole
        if (is_first && line + "\n" != head) {
            return unwritable(file, "it is what an attempt at another range or chain has left; remove it, or take another name");
        }
        if (!is_first && (line.starts_with("{\"call\"") || line.starts_with("{\"proof\""))) break; // asked for anew
        part.bytes += line.size() + 1;
        if (is_first) continue;
        ++part.blocks;
        last_line.swap(line);
    }
    if (part.blocks == 0) return part;
    auto header = header_in(last_line);
    if (!header || header.value().number != first + part.blocks - 1) {
        return unwritable(file, "what an earlier attempt has left there is damaged; remove it");
    }
    part.last = std::move(header.value());
    return part;
}

class BlockSaver {
public:
    BlockSaver(ChainSource& source, SaveAsk const& ask) : source_(&source), ask_(&ask), part_file_(ask.file.string() + ".part") {}

    [[nodiscard]] result<SaveSummary> run() {
        std::error_code error;
        if (fs::exists(ask_->file, error)) return unwritable(ask_->file, "there is a file of that name already; take another, or remove it");
        PLIMSOLL_TRY(chain_id, source_->chain_id());
        std::string const head = first_line(*ask_, chain_id);
        PLIMSOLL_TRY(part, earlier_part(part_file_, head, ask_->first));
        PLIMSOLL_TRYV(check_link(part));
        PLIMSOLL_TRYV(open(part));
        if (part.bytes == 0) {
            PLIMSOLL_TRYV(write(head));
        }
        PLIMSOLL_TRYV(read_on(part));
        PLIMSOLL_TRY(answers, ask_->answers());
        PLIMSOLL_TRYV(write(answers));
        out_.close();
        if (!out_) return unwritable(part_file_, "the disk is full, or refuses");
        fs::rename(part_file_, ask_->file, error);
        if (error) return unwritable(ask_->file, error.message());
        return summary_;
    }

private:
    /// The earlier attempt's last block is still the chain's.
    [[nodiscard]] result<void> check_link(Part const& part) {
        if (!part.last) return outcome::success();
        PLIMSOLL_TRY(now, source_->header(part.last->number));
        if (now.hash == part.last->hash) return outcome::success();
        return fail(Errc::parent_differs, fmt::format("{}: its last block {} is {}, at {} it is {}; the chain was reorganised: remove the file",
                                                      part_file_.string(), now.number, hex_of(part.last->hash), source_->name(),
                                                      hex_of(now.hash)));
    }

    [[nodiscard]] result<void> open(Part const& part) {
        std::error_code error;
        if (fs::exists(part_file_, error)) fs::resize_file(part_file_, part.bytes, error);
        if (!error) out_.open(part_file_, std::ios::binary | std::ios::app);
        if (error || !out_) return unwritable(part_file_, error ? error.message() : "no such folder, or not yours to write");
        summary_.blocks = summary_.blocks_kept = part.blocks;
        summary_.bytes = part.bytes;
        return outcome::success();
    }

    [[nodiscard]] result<void> read_on(Part const& part) {
        std::uint64_t const all = ask_->last - ask_->first + 1;
        std::optional<Header> before = part.last;
        if (before) summary_.last_hash = before->hash;
        source_->will_read(ask_->first + part.blocks, ask_->last, {});
        for (std::uint64_t number = ask_->first + part.blocks; summary_.blocks < all; ++number) {
            PLIMSOLL_TRY(header, source_->header(number));
            PLIMSOLL_TRYV(verify_header(header));
            if (before) {
                PLIMSOLL_TRYV(verify_parent(header, before->number, before->hash));
            }
            PLIMSOLL_TRY(receipts, source_->receipts(header));
            PLIMSOLL_TRYV(receipts_check_.verify(header, receipts));
            PLIMSOLL_TRYV(write(line_of(header, receipts)));
            ++summary_.blocks;
            summary_.receipts += receipts.size();
            for (Receipt const& receipt : receipts) summary_.logs += receipt.logs.size();
            summary_.last_hash = header.hash;
            before = std::move(header);
            ask_->progress(summary_.blocks, all);
        }
        return outcome::success();
    }

    [[nodiscard]] result<void> write(std::string const& line) {
        out_.write(line.data(), static_cast<std::streamsize>(line.size())).flush();
        if (!out_) return unwritable(part_file_, "the disk is full, or refuses");
        summary_.bytes += line.size();
        return outcome::success();
    }

    ChainSource* source_;
    SaveAsk const* ask_;
    fs::path part_file_;
    std::ofstream out_;
    ReceiptsCheck receipts_check_;
    SaveSummary summary_;
};

} // namespace

result<SaveSummary> save_blocks(ChainSource& source, SaveAsk const& ask) { return BlockSaver(source, ask).run(); }

} // namespace plimsoll::tools::chain
