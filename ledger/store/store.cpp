#include "ledger/store/store.hpp"

#include "ledger/store/database.hpp"
#include "ledger/store/witness.hpp"

#include <rocksdb/write_batch.h>

#include <system_error>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

/// A scan over the log family.
class RocksScan final : public LogScan {
public:
    RocksScan(Database& database, std::uint64_t sequence) {
        rocksdb::ReadOptions options;
        options.verify_checksums = true;
        options.fill_cache = false;
        iterator_.reset(database.db().NewIterator(options, database.family(Family::log)));
        seek(sequence);
    }
    void seek(std::uint64_t sequence) override {
        iterator_->SeekForPrev(slice(sequence_key(sequence)));
        if (!iterator_->Valid() && iterator_->status().ok()) iterator_->SeekToFirst();
    }
    [[nodiscard]] bool done() const override { return !iterator_->Valid(); }
    [[nodiscard]] std::uint64_t first_sequence() const override {
        return KeyReader(view(iterator_->key())).get<std::uint64_t>();
    }
    [[nodiscard]] Bytes bytes() const override { return store::bytes_of(iterator_->value()); }
    void next() override { iterator_->Next(); }
    [[nodiscard]] result<void> verdict() const override { return told(iterator_->status(), "reading the log"); }

private:
    std::unique_ptr<rocksdb::Iterator> iterator_;
};

[[nodiscard]] std::unique_ptr<rocksdb::Iterator> iterate(Database& database, Family family) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return std::unique_ptr<rocksdb::Iterator>(database.db().NewIterator(options, database.family(family)));
}

[[nodiscard]] std::function<void(std::string const&)>& notes_listener() {
    static std::function<void(std::string const&)> listener;
    return listener;
}

} // namespace

Store::~Store() = default;

void tell_notes_to(std::function<void(std::string const&)> listener) { notes_listener() = std::move(listener); }

void Store::tell_notes() const {
    if (!notes_.empty() && notes_listener()) notes_listener()(directory_.string() + ": " + notes_);
}

namespace {

/// Everything of a new ledger, in an empty directory.
[[nodiscard]] result<void> fill(fs::path const& directory, WitnessSetting const& witness) {
    Marker marker;
    marker.witness = witness;
    if (witness.mode != WitnessMode::none) {
        marker.id = fresh_ledger_id();
        Promise nothing;
        nothing.ledger = marker.id;
        PLIMSOLL_TRYV(Witness::create(witness_file(directory, witness), nothing));
    }
    {
        PLIMSOLL_TRY(database, Database::open(directory / "db", Access::write, true));
        static_cast<void>(database);
    }
    // Events will be fsynced; so must be the names by which they are found again.
    PLIMSOLL_TRYV(write_marker(directory, marker));
    if (!sync_path(fs::absolute(directory).parent_path())) return fail(Errc::cannot_create, directory.string());
    return outcome::success();
}

} // namespace

result<void> Store::create(fs::path const& directory, WitnessSetting const& witness) {
    std::error_code error;
    bool const was_there = fs::exists(directory, error);
    if (was_there && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
        return fail(Errc::directory_not_empty, directory.string());
    }
    fs::create_directories(directory, error);
    if (error) return fail(Errc::cannot_create, directory.string() + ": " + error.message());
    auto const verdict = fill(directory, witness);
    if (verdict) return verdict;
    for (fs::path const& part : {directory / "db", directory / "PLIMSOLL"}) fs::remove_all(part, error); // as it was found
    if (!was_there) fs::remove(directory, error);
    return verdict;
}

result<std::unique_ptr<Store>> Store::open_writer(fs::path const& directory, Trust trust) {
    std::unique_ptr<Store> store(new Store());
    store->directory_ = directory;
    PLIMSOLL_TRY(marker, read_marker(directory));
    store->marker_ = std::move(marker);
    if (store->marker_.witness.mode == WitnessMode::none || trust == Trust::unchecked) {
        PLIMSOLL_TRY(database, Database::open(directory / "db", Access::write, false));
        store->database_ = std::move(database);
        return store;
    }
    fs::path const file = store->witness_path();
    PLIMSOLL_TRY(promise_seen, Witness::read(file));
    PLIMSOLL_TRYV(store->open_to_read(promise_seen));
    PLIMSOLL_TRYV(store->open_to_write());
    // The lock is held: nobody else writes the witness now.
    PLIMSOLL_TRY(promise, Witness::read(file));
    bool const is_strict = store->marker_.witness.mode == WitnessMode::strict;
    PLIMSOLL_TRYV(store->compare(promise, is_strict ? unwitnessed_limit_batches : SIZE_MAX));
    PLIMSOLL_TRY(witness, Witness::open(file));
    store->witness_ = std::move(witness);
    PLIMSOLL_TRY(head, store->head());
    if (head.sequence != promise.sequence) {
        PLIMSOLL_TRYV(store->promise(head, promise.checkpoint, promise.state_root, true));
    }
    store->tell_notes();
    return store;
}

result<std::unique_ptr<Store>> Store::open_reader(fs::path const& directory, Trust trust) {
    std::unique_ptr<Store> store(new Store());
    store->directory_ = directory;
    PLIMSOLL_TRY(marker, read_marker(directory));
    store->marker_ = std::move(marker);
    bool const has_witness = store->marker_.witness.mode != WitnessMode::none;
    // The witness first: a writer at work may only be further by the time that the log is opened.
    auto promise = has_witness ? Witness::read(store->witness_path()) : result<Promise>(Promise{});
    if (!promise && trust == Trust::checked) return outcome::failure(promise.error());
    if (has_witness && promise) store->promise_found_ = std::make_unique<Promise>(promise.value());
    if (has_witness && promise) {
        auto const verdict = store->open_to_read(promise.value());
        bool const is_for_others_to_judge = trust == Trust::unchecked && store->database_ && !store->damage_;
        if (!verdict && !is_for_others_to_judge) return outcome::failure(verdict.error());
        if (store->damage_) store->notes_ += "; it is read up to there (" + store->damage_->detail() + ")";
        store->tell_notes();
        return store;
    }
    PLIMSOLL_TRY(database, Database::open(directory / "db", Access::read, false));
    store->database_ = std::move(database);
    return store;
}

result<void> Store::append(std::span<SealedBatch const> batches) {
    rocksdb::WriteBatch writes(0, 0, 8, 0); // 8: each key and value carries its checksum to the memtable
    for (SealedBatch const& batch : batches) {
        std::string const key = sequence_key(batch.first_sequence);
        rocksdb::Status status = writes.Put(database_->family(Family::log), slice(key), slice(batch.bytes));
        if (status.ok()) {
            status = writes.Put(database_->family(Family::times), slice(time_key(batch.time, batch.first_sequence)), {});
        }
        for (auto const& [source, cursor] : batch.records) {
            if (!status.ok()) break;
            status = writes.Put(database_->family(Family::records), slice(record_key(source, cursor)), slice(key));
        }
        for (auto const& [name, id] : batch.names) {
            if (!status.ok()) break;
            status = writes.Put(database_->family(Family::names), slice(name), slice(KeyWriter{}.put(id).take()));
        }
        PLIMSOLL_TRYV(told(status, "preparing a batch"));
    }
    rocksdb::WriteOptions options;
    options.sync = true;
    return told(database_->db().Write(options, &writes), "writing a batch");
}

result<void> Store::settle() {
    constexpr std::uint64_t worth_moving_bytes = std::uint64_t{8} << 20;
    std::uint64_t waiting = 0;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    for (std::size_t i = 0; i < family_count; ++i) {
        families.push_back(database_->family(static_cast<Family>(i)));
        std::uint64_t bytes = 0;
        database_->db().GetIntProperty(families.back(), rocksdb::DB::Properties::kCurSizeAllMemTables, &bytes);
        waiting += bytes;
    }
    if (waiting < worth_moving_bytes) return outcome::success();
    return told(database_->db().Flush(rocksdb::FlushOptions{}, families), "moving the write-ahead log into tables");
}

result<LogHead> Store::head() const {
    auto iterator = iterate(*database_, Family::log);
    iterator->SeekToLast();
    PLIMSOLL_TRYV(told(iterator->status(), "reading the end of the log"));
    LogHead head;
    if (!iterator->Valid()) return head;
    AlignedBytes const bytes(store::bytes_of(iterator->value()));
    auto batch = BatchView::open(bytes.view());
    if (!batch) return outcome::failure(batch.error().at("the last batch of the log"));
    head.sequence = batch.value().last_sequence();
    head.root = sha256(bytes.view());
    return head;
}

std::unique_ptr<LogScan> Store::scan(std::uint64_t sequence) const {
    return std::make_unique<RocksScan>(*database_, sequence);
}

result<bool> Store::batch_of(std::uint64_t sequence, AlignedBytes& bytes) const {
    auto iterator = iterate(*database_, Family::log);
    iterator->SeekForPrev(slice(sequence_key(sequence)));
    PLIMSOLL_TRYV(told(iterator->status(), "reading a batch"));
    if (!iterator->Valid()) return false;
    bytes.assign(store::bytes_of(iterator->value()));
    return true;
}

result<std::uint64_t> Store::batch_by_time(TimeNs time) const {
    auto iterator = iterate(*database_, Family::times);
    iterator->SeekForPrev(slice(time_key(time, ~std::uint64_t{0})));
    PLIMSOLL_TRYV(told(iterator->status(), "reading the time index"));
    if (!iterator->Valid()) return std::uint64_t{1};
    KeyReader reader(view(iterator->key()));
    static_cast<void>(reader.get<std::uint64_t>());
    return reader.get<std::uint64_t>();
}

result<std::optional<std::uint64_t>> Store::batch_by_record(std::uint16_t source, Cursor cursor) const {
    auto iterator = iterate(*database_, Family::records);
    iterator->SeekForPrev(slice(record_key(source, cursor)));
    PLIMSOLL_TRYV(told(iterator->status(), "reading the record index"));
    if (!iterator->Valid() || KeyReader(view(iterator->key())).get<std::uint16_t>() != source) {
        return std::optional<std::uint64_t>{};
    }
    return std::optional(KeyReader(view(iterator->value())).get<std::uint64_t>());
}

result<std::optional<std::uint32_t>> Store::account_by_name(std::string_view name) const {
    rocksdb::PinnableSlice id;
    rocksdb::Status const status =
        database_->db().Get(rocksdb::ReadOptions{}, database_->family(Family::names), slice(name), &id);
    if (status.IsNotFound()) return std::optional<std::uint32_t>{};
    PLIMSOLL_TRYV(told(status, "looking up an account"));
    return std::optional(KeyReader(view(id)).get<std::uint32_t>());
}

std::uint64_t Store::size_bytes() const {
    std::uint64_t size = 0;
    std::error_code error;
    for (auto const& entry : fs::recursive_directory_iterator(directory_, error)) {
        if (entry.is_regular_file(error)) size += entry.file_size(error);
    }
    return size;
}

} // namespace plimsoll::store
