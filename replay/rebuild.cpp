#include "replay/rebuild.hpp"

#include "replay/catch_up.hpp"
#include "replay/engine.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace plimsoll::replay {
namespace {

namespace fs = std::filesystem;

/// So many batches share a sync.
constexpr std::size_t batches_a_write = 64;
constexpr char const* mark_name = "REBUILDING";

/// "books/" and "books" are one directory, whose neighbours have names of their own.
[[nodiscard]] fs::path without_slash(fs::path const& directory) {
    fs::path const place = fs::absolute(directory).lexically_normal();
    return place.has_filename() ? place : place.parent_path();
}

/// What Store::append needs to know of a batch besides its bytes.
[[nodiscard]] store::SealedBatch sealed(std::string bytes, BatchView const& batch, std::uint32_t& accounts) {
    store::SealedBatch sealed;
    sealed.first_sequence = batch.header().first_sequence;
    sealed.last_sequence = batch.last_sequence();
    sealed.time = batch.header().time;
    batch.for_each([&](std::uint64_t, Origin const& origin, auto const& fact) {
        if constexpr (std::is_same_v<std::decay_t<decltype(fact)>, AccountOpened>) {
            sealed.names.emplace_back(fact.name, ++accounts); // ids are dense, in the order of definition
        }
        if (origin.source == 0 || origin.cursor == Cursor{}) return;
        bool const is_known = std::ranges::any_of(sealed.records, [&](auto const& record) { return record.first == origin.source; });
        if (!is_known) sealed.records.emplace_back(origin.source, origin.cursor);
    });
    sealed.hash = sha256(bytes_of(std::string_view(bytes)));
    sealed.bytes = std::move(bytes);
    return sealed;
}

[[nodiscard]] auto cannot(std::string const& doing) {
    return fail(store::Errc::cannot_create, doing + ": " + std::strerror(errno));
}

} // namespace

result<void> check_absent(fs::path const& directory) {
    std::error_code error;
    if (fs::exists(directory, error) && (!fs::is_directory(directory, error) || !fs::is_empty(directory, error))) {
        return fail(store::Errc::directory_not_empty, directory.string());
    }
    fs::create_directories(without_slash(directory).parent_path(), error);
    if (error) return fail(store::Errc::cannot_create, directory.string() + ": " + error.message());
    return outcome::success();
}

result<Rebuild> Rebuild::begin(fs::path const& directory) {
    Rebuild rebuild;
    rebuild.directory_ = without_slash(directory);
    fs::path folder = rebuild.directory_;
    folder += ".rebuilding";
    std::error_code error;
    if (fs::exists(folder / mark_name, error)) fs::remove_all(folder, error);
    PLIMSOLL_TRYV(store::Store::create(folder));
    rebuild.folder_ = folder;
    if (std::FILE* const mark = std::fopen((folder / mark_name).c_str(), "w")) static_cast<void>(std::fclose(mark));
    PLIMSOLL_TRY(store, store::Store::open_writer(folder));
    rebuild.store_ = std::move(store);
    return rebuild;
}

Rebuild::Rebuild(Rebuild&& other) noexcept
    : directory_(std::move(other.directory_)), folder_(std::exchange(other.folder_, {})), store_(std::move(other.store_)),
      head_(other.head_), accounts_(other.accounts_), waiting_(std::move(other.waiting_)), ends_(std::move(other.ends_)) {}

Rebuild::~Rebuild() {
    store_.reset();
    std::error_code ignored; // what stays is removed by the next run
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

bool Rebuild::fits(Bytes bytes) const {
    AlignedBytes const aligned(bytes);
    auto const batch = BatchView::open(aligned.view());
    return batch && check_chain(batch.value(), &head_.root, head_.sequence + 1);
}

result<void> Rebuild::append(std::string bytes) {
    AlignedBytes const aligned(bytes_of(std::string_view(bytes)));
    PLIMSOLL_TRY(batch, BatchView::open(aligned.view()));
    waiting_.push_back(sealed(std::move(bytes), batch, accounts_));
    head_ = {waiting_.back().last_sequence, waiting_.back().hash};
    ends_.push_back(head_);
    if (waiting_.size() < batches_a_write) return outcome::success();
    return flush();
}

result<void> Rebuild::flush() {
    if (waiting_.empty()) return outcome::success();
    PLIMSOLL_TRYV(store_->append(waiting_));
    waiting_.clear();
    return outcome::success();
}

std::optional<Hash> Rebuild::root_at(std::uint64_t sequence) const {
    if (sequence == 0) return Hash{};
    auto const end = std::ranges::lower_bound(ends_, sequence, {}, &store::LogHead::sequence);
    if (end == ends_.end() || end->sequence != sequence) return std::nullopt;
    return end->root;
}

result<Rebuilt> Rebuild::finish() {
    PLIMSOLL_TRYV(flush());
    store_.reset();
    PLIMSOLL_TRY(engine, Engine::open(folder_));
    PLIMSOLL_TRYV(engine->checkpoint());
    Rebuilt built{engine->book().sequence(), engine->book().time(), head_.root, engine->state_root()};
    PLIMSOLL_TRYV(engine->close());
    return built;
}

result<void> Rebuild::put_in_place(store::Marker const& marker, fs::path const& aside) {
    std::error_code error;
    fs::remove(folder_ / mark_name, error);
    PLIMSOLL_TRYV(store::write_marker(folder_, marker));
    // One step, so that a crash leaves the old or the new; a file system that cannot exchange takes two.
    bool const exchanged = !aside.empty() && ::renameat2(AT_FDCWD, folder_.c_str(), AT_FDCWD, directory_.c_str(), RENAME_EXCHANGE) == 0;
    if (exchanged) {
        if (::rename(folder_.c_str(), aside.c_str()) != 0) return cannot("moving " + folder_.string() + " to " + aside.string());
    } else {
        if (!aside.empty() && ::rename(directory_.c_str(), aside.c_str()) != 0) return cannot("moving " + directory_.string());
        if (::rename(folder_.c_str(), directory_.c_str()) != 0) return cannot("moving " + folder_.string());
    }
    folder_.clear();
    if (!store::sync_path(directory_.parent_path())) return cannot("writing " + directory_.parent_path().string());
    return outcome::success();
}

} // namespace plimsoll::replay
