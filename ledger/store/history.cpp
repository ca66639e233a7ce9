#include "ledger/store/history.hpp"

#include "ledger/store/database.hpp"

#include <rocksdb/sst_file_writer.h>

#include <algorithm>

namespace plimsoll::store {
namespace {

/// Entity 0 names nothing: its key marks an epoch as written, even an empty one.
constexpr std::uint32_t epoch_mark = 0;

void put_varint(std::string& text, std::uint64_t value) {
    while (value >= 0x80) {
        text.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    text.push_back(static_cast<char>(value));
}

[[nodiscard]] bool take_varint(std::string_view& text, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 63 && !text.empty(); shift += 7) {
        auto const byte = static_cast<unsigned char>(text.front());
        text.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) return true;
    }
    return false;
}

/// Calls f(entity, offsets as varint differences) for each entity of sorted mentions.
template <class F> void for_entities(std::vector<Mention> const& mentions, F&& f) {
    std::string offsets;
    for (std::size_t i = 0; i < mentions.size();) {
        auto const entity = static_cast<std::uint32_t>(mentions[i] >> 32);
        offsets.clear();
        std::uint64_t previous = 0;
        for (; i < mentions.size() && static_cast<std::uint32_t>(mentions[i] >> 32) == entity; ++i) {
            std::uint64_t const offset = mentions[i] & 0xFFFF'FFFFULL;
            put_varint(offsets, offset - previous);
            previous = offset;
        }
        f(entity, offsets);
    }
}

/// By entity, then place: mentions come in order of place, so a stable radix sort by entity is enough.
void sort_mentions(std::vector<Mention>& mentions) {
    std::vector<Mention> other(mentions.size());
    for (int shift = 32; shift < 64; shift += 11) {
        std::array<std::size_t, 2048> starts{};
        for (Mention const m : mentions) ++starts[(m >> shift) & 2047];
        std::size_t sum = 0;
        for (std::size_t& start : starts) {
            std::size_t const count = start;
            start = sum;
            sum += count;
        }
        for (Mention const m : mentions) other[starts[(m >> shift) & 2047]++] = m;
        mentions.swap(other);
    }
    mentions.erase(std::unique(mentions.begin(), mentions.end()), mentions.end());
}

} // namespace

result<void> write_epoch(Store& store, std::uint32_t epoch, std::vector<Mention>& mentions) {
    sort_mentions(mentions);
    Database& database = store.database();
    rocksdb::Options options(database_options(), family_options(Family::history));
    rocksdb::SstFileWriter writer(rocksdb::EnvOptions{}, options);
    std::string const path = fresh_file(store.directory() / "history.new");
    PLIMSOLL_TRYV(told(writer.Open(path), "writing the history index"));
    PLIMSOLL_TRYV(told(writer.Put(slice(history_key(epoch, epoch_mark)), {}), "writing the history index"));
    rocksdb::Status status;
    for_entities(mentions, [&](std::uint32_t entity, std::string const& offsets) {
        if (status.ok()) status = writer.Put(slice(history_key(epoch, entity)), slice(offsets));
    });
    if (status.ok()) status = writer.Finish();
    PLIMSOLL_TRYV(told(status, "writing the history index"));
    rocksdb::IngestExternalFileOptions ingest_options;
    ingest_options.move_files = true;
    return told(database.db().IngestExternalFile(database.family(Family::history), {path}, ingest_options),
                "taking the history index in");
}

result<std::uint32_t> first_missing_epoch(Store const& store) {
    Database& database = store.database();
    std::unique_ptr<rocksdb::Iterator> iterator(
        database.db().NewIterator(rocksdb::ReadOptions{}, database.family(Family::history)));
    iterator->SeekToLast();
    PLIMSOLL_TRYV(told(iterator->status(), "reading the history index"));
    if (!iterator->Valid()) return std::uint32_t{0};
    return KeyReader(view(iterator->key())).get<std::uint32_t>() + 1;
}

result<std::vector<std::uint64_t>> mentions_of(Store const& store, std::uint32_t epoch, std::uint32_t entity) {
    Database& database = store.database();
    rocksdb::PinnableSlice offsets;
    rocksdb::Status const status = database.db().Get(rocksdb::ReadOptions{}, database.family(Family::history),
                                                     slice(history_key(epoch, entity)), &offsets);
    std::vector<std::uint64_t> sequences;
    if (status.IsNotFound()) return sequences;
    PLIMSOLL_TRYV(told(status, "reading the history index"));
    std::string_view text = view(offsets);
    std::uint64_t sequence = epoch * epoch_events + 1;
    while (!text.empty()) {
        std::uint64_t step = 0;
        if (!take_varint(text, step)) return fail(Errc::damaged, "the history index cannot be read");
        sequence += step;
        sequences.push_back(sequence);
    }
    return sequences;
}

result<std::string> epoch_text(Store const& store, std::uint32_t epoch) {
    Database& database = store.database();
    std::unique_ptr<rocksdb::Iterator> iterator(
        database.db().NewIterator(rocksdb::ReadOptions{}, database.family(Family::history)));
    std::string text;
    for (iterator->Seek(slice(history_key(epoch, epoch_mark + 1))); iterator->Valid(); iterator->Next()) {
        KeyReader reader(view(iterator->key()));
        if (reader.get<std::uint32_t>() != epoch) break;
        put_varint(text, reader.get<std::uint32_t>());
        text.append(view(iterator->value())).push_back('\n');
    }
    PLIMSOLL_TRYV(told(iterator->status(), "reading the history index"));
    return text;
}

std::string epoch_text_of(std::vector<Mention>& mentions) {
    sort_mentions(mentions);
    std::string text;
    for_entities(mentions, [&](std::uint32_t entity, std::string const& offsets) {
        put_varint(text, entity);
        text.append(offsets).push_back('\n');
    });
    return text;
}

} // namespace plimsoll::store
