#include "ledger/store/audit.hpp"

#include "ledger/store/database.hpp"

#include <rocksdb/file_checksum.h>

#include <algorithm>

namespace plimsoll::store {

result<void> for_entries(Store const& store, Family family, Entry const& f) {
    Database& database = store.database();
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> iterator(database.db().NewIterator(options, database.family(family)));
    for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
        if (!f(view(iterator->key()), view(iterator->value()))) return outcome::success();
    }
    return told(iterator->status(), "reading " + std::string(family_names.at(static_cast<std::size_t>(family))));
}

result<std::optional<std::string>> entry(Store const& store, Family family, std::string_view key) {
    Database& database = store.database();
    std::string value;
    rocksdb::Status const status =
        database.db().Get(rocksdb::ReadOptions{}, database.family(family), slice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>{};
    PLIMSOLL_TRYV(told(status, "reading " + std::string(family_names.at(static_cast<std::size_t>(family)))));
    return std::optional(std::move(value));
}

struct EntriesInOrder::Impl {
    std::unique_ptr<rocksdb::Iterator> at;
    std::string_view family;
};

EntriesInOrder::EntriesInOrder(Store const& store, Family family) : impl_(std::make_unique<Impl>()) {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    impl_->at.reset(store.database().db().NewIterator(options, store.database().family(family)));
    impl_->family = family_names.at(static_cast<std::size_t>(family));
}
EntriesInOrder::~EntriesInOrder() = default;
EntriesInOrder::EntriesInOrder(EntriesInOrder&&) noexcept = default;
EntriesInOrder& EntriesInOrder::operator=(EntriesInOrder&&) noexcept = default;

result<bool> EntriesInOrder::has(std::string_view key, std::string_view value) {
    rocksdb::Iterator& at = *impl_->at;
    if (!at.Valid() || view(at.key()) != key) at.Seek(slice(key));
    if (!at.Valid()) {
        PLIMSOLL_TRYV(told(at.status(), "reading " + std::string(impl_->family)));
        return false;
    }
    if (view(at.key()) != key) return false;
    bool const is_same = view(at.value()) == value;
    at.Next();
    return is_same;
}

result<void> verify_checksums(Store const& store) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    rocksdb::DB& db = store.database().db();
    PLIMSOLL_TRYV(told(db.VerifyFileChecksums(options), "verifying the checksums of files"));
    std::vector<rocksdb::LiveFileMetaData> files;
    db.GetLiveFilesMetaData(&files);
    bool const have_all = std::ranges::none_of(files, [](auto const& file) {
        return file.file_checksum.empty() || file.file_checksum_func_name == rocksdb::kUnknownFileChecksumFuncName;
    });
    if (have_all) return outcome::success(); // every byte was read
    return told(db.VerifyChecksum(options), "verifying the checksums of blocks");
}

} // namespace plimsoll::store
