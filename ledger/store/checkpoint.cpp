#include "ledger/store/checkpoint.hpp"

#include "ledger/store/database.hpp"

#include <rocksdb/sst_file_writer.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <map>

namespace plimsoll::store {
namespace {

constexpr std::uint32_t manifest_version = 1;

void put_hash(std::string& text, Hash const& hash) {
    text.append(reinterpret_cast<char const*>(hash.data()), hash.size());
}

[[nodiscard]] bool take(std::string_view& text, void* target, std::size_t size) {
    if (text.size() < size) return false;
    std::memcpy(target, text.data(), size);
    text.remove_prefix(size);
    return true;
}

template <class Number> [[nodiscard]] bool take_number(std::string_view& text, Number& number) {
    if (text.size() < sizeof(Number)) return false;
    number = KeyReader(text.substr(0, sizeof(Number))).get<Number>();
    text.remove_prefix(sizeof(Number));
    return true;
}

template <class Number> void put_number(std::string& text, Number number) { text += KeyWriter{}.put(number).take(); }

[[nodiscard]] auto missing(std::uint64_t sequence, unsigned table, std::uint32_t page) {
    return fail(Errc::damaged, "checkpoint #" + std::to_string(sequence) + " lacks page " + std::to_string(page) +
                                   " of table " + std::to_string(table));
}

/// Large checkpoints become a file of their own, past the write-ahead log and the memtable.
constexpr std::size_t ingest_pages = 1024;

[[nodiscard]] result<void> ingest(Store& store, std::uint64_t sequence, std::span<PageBytes const> pages) {
    Database& database = store.database();
    rocksdb::Options options(database_options(), family_options(Family::pages));
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions{}, options);
    std::string const path = fresh_file(store.directory() / "pages.new");
    PLIMSOLL_TRYV(told(writer.Open(path), "writing a checkpoint"));
    for (PageBytes const& page : pages) {
        PLIMSOLL_TRYV(told(writer.Put(slice(page_key(sequence, page.table, page.page)), slice(page.bytes)),
                           "writing a checkpoint"));
    }
    PLIMSOLL_TRYV(told(writer.Finish(), "writing a checkpoint"));
    rocksdb::IngestExternalFileOptions ingest_options;
    ingest_options.move_files = true;
    return told(database.db().IngestExternalFile(database.family(Family::pages), {path}, ingest_options),
                "taking a checkpoint in");
}

} // namespace

std::string Manifest::encode() const {
    std::string text;
    put_number(text, manifest_version);
    put_number(text, sequence);
    put_number(text, static_cast<std::uint64_t>(time));
    put_hash(text, log_root);
    put_hash(text, state_root);
    for (std::size_t id = 1; id < tables.size(); ++id) {
        put_number(text, tables[id].rows);
        put_number(text, static_cast<std::uint32_t>(tables[id].pages.size()));
        for (PageVersion const& page : tables[id].pages) {
            put_number(text, page.sequence);
            put_hash(text, page.hash);
        }
    }
    return text;
}

result<Manifest> Manifest::decode(std::string_view bytes) {
    Manifest manifest;
    std::uint32_t version = 0;
    std::uint64_t time = 0;
    bool ok = take_number(bytes, version) && version == manifest_version && take_number(bytes, manifest.sequence) &&
              take_number(bytes, time) && take(bytes, manifest.log_root.data(), sizeof(Hash)) &&
              take(bytes, manifest.state_root.data(), sizeof(Hash));
    manifest.time = static_cast<TimeNs>(time);
    for (std::size_t id = 1; ok && id < manifest.tables.size(); ++id) {
        auto& table = manifest.tables[id];
        std::uint32_t count = 0;
        ok = take_number(bytes, table.rows) && take_number(bytes, count) && bytes.size() / 40 >= count;
        if (!ok) break;
        table.pages.resize(count);
        for (PageVersion& page : table.pages) {
            ok = ok && take_number(bytes, page.sequence) && take(bytes, page.hash.data(), sizeof(Hash));
        }
    }
    if (!ok || !bytes.empty()) return fail(Errc::damaged, "a checkpoint's manifest cannot be read");
    return manifest;
}

Hash Manifest::root_of_pages() const {
    book::PageHashes hashes;
    for (std::size_t id = 1; id < tables.size(); ++id) {
        auto& table = hashes.of(static_cast<book::TableId>(id));
        table.rows = tables[id].rows;
        table.pages.reserve(tables[id].pages.size());
        for (PageVersion const& page : tables[id].pages) table.pages.push_back(page.hash);
    }
    return hashes.root();
}

result<void> write_checkpoint(Store& store, Manifest const& manifest, std::span<PageBytes const> pages) {
    Database& database = store.database();
    rocksdb::WriteBatch writes(0, 0, 8, 0);
    if (pages.size() >= ingest_pages) {
        PLIMSOLL_TRYV(ingest(store, manifest.sequence, pages));
    } else {
        for (PageBytes const& page : pages) {
            PLIMSOLL_TRYV(told(writes.Put(database.family(Family::pages),
                                          slice(page_key(manifest.sequence, page.table, page.page)), slice(page.bytes)),
                               "preparing a checkpoint"));
        }
    }
    PLIMSOLL_TRYV(told(writes.Put(database.family(Family::checkpoints), slice(sequence_key(manifest.sequence)),
                                  slice(manifest.encode())),
                       "preparing a checkpoint"));
    rocksdb::WriteOptions options;
    options.sync = true;
    return told(database.db().Write(options, &writes), "writing a checkpoint");
}

result<std::optional<Manifest>> checkpoint_before(Store const& store, std::uint64_t sequence) {
    Database& database = store.database();
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> iterator(
        database.db().NewIterator(options, database.family(Family::checkpoints)));
    iterator->SeekForPrev(slice(sequence_key(sequence)));
    PLIMSOLL_TRYV(told(iterator->status(), "reading checkpoints"));
    if (!iterator->Valid()) return std::optional<Manifest>{};
    PLIMSOLL_TRY(manifest, Manifest::decode(view(iterator->value())));
    if (manifest.root_of_pages() != manifest.state_root) {
        return fail(Errc::damaged, "checkpoint #" + std::to_string(manifest.sequence) + " contradicts its own root");
    }
    return std::optional<Manifest>(std::move(manifest));
}

result<std::vector<std::uint64_t>> checkpoint_sequences(Store const& store) {
    Database& database = store.database();
    std::vector<std::uint64_t> sequences;
    std::unique_ptr<rocksdb::Iterator> iterator(
        database.db().NewIterator(rocksdb::ReadOptions{}, database.family(Family::checkpoints)));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        sequences.push_back(KeyReader(view(iterator->key())).get<std::uint64_t>());
    }
    PLIMSOLL_TRYV(told(iterator->status(), "reading checkpoints"));
    return sequences;
}

result<void> load_pages(Store const& store, Manifest const& manifest, PageSink const& f,
                        std::function<bool(book::TableId, std::uint32_t)> const& wants) {
    // Pages written by one checkpoint lie together: one pass over each checkpoint that still counts.
    std::map<std::uint64_t, std::vector<std::pair<std::uint8_t, std::uint32_t>>> wanted;
    for (std::size_t id = 1; id < manifest.tables.size(); ++id) {
        auto const& pages = manifest.tables[id].pages;
        for (std::uint32_t page = 0; page < pages.size(); ++page) {
            if (!wants(static_cast<book::TableId>(id), page)) continue;
            wanted[pages[page].sequence].emplace_back(static_cast<std::uint8_t>(id), page);
        }
    }
    Database& database = store.database();
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> iterator(database.db().NewIterator(options, database.family(Family::pages)));
    constexpr int steps_before_seek = 16;
    for (auto const& [sequence, pages] : wanted) {
        int steps = steps_before_seek;
        for (auto const& [table, page] : pages) {
            std::string const key = page_key(sequence, table, page);
            while (steps < steps_before_seek && iterator->Valid() && view(iterator->key()) < key) {
                iterator->Next();
                ++steps;
            }
            if (steps >= steps_before_seek) iterator->Seek(slice(key));
            if (!iterator->Valid() || view(iterator->key()) != key) {
                PLIMSOLL_TRYV(told(iterator->status(), "reading a checkpoint"));
                return missing(manifest.sequence, table, page);
            }
            if (!f(table, page, store::bytes_of(iterator->value()))) return missing(manifest.sequence, table, page);
            iterator->Next();
            steps = 0;
        }
    }
    return outcome::success();
}

result<std::string> load_page(Store const& store, Manifest const& manifest, book::TableId table, std::uint32_t page) {
    auto const number = static_cast<std::uint8_t>(table);
    auto const& pages = manifest.tables.at(number).pages;
    if (page >= pages.size()) return missing(manifest.sequence, number, page);
    Database& database = store.database();
    std::string bytes;
    rocksdb::Status const status = database.db().Get(rocksdb::ReadOptions{}, database.family(Family::pages),
                                                     slice(page_key(pages[page].sequence, number, page)), &bytes);
    if (status.IsNotFound()) return missing(manifest.sequence, number, page);
    PLIMSOLL_TRYV(told(status, "reading a page"));
    return bytes;
}

} // namespace plimsoll::store
