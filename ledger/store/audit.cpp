#include "ledger/store/audit.hpp"

#include "ledger/store/database.hpp"

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

result<void> verify_checksums(Store const& store) {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    rocksdb::DB& db = store.database().db();
    PLIMSOLL_TRYV(told(db.VerifyFileChecksums(options), "verifying the checksums of files"));
    return told(db.VerifyChecksum(options), "verifying the checksums of blocks");
}

} // namespace plimsoll::store
