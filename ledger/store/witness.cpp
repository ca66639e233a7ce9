#include "ledger/store/witness.hpp"

#include "ledger/store/crc32c.hpp"
#include "ledger/store/keys.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace plimsoll::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t slot_bytes = 4096;
constexpr std::string_view magic = "PLWITNES";
constexpr std::uint32_t version = 1;
constexpr std::size_t told_bytes = 8 + 4 + 16 + 8 + 8 + 32 + 8 + 32;

[[nodiscard]] std::string_view text_of(void const* bytes, std::size_t size) { return {static_cast<char const*>(bytes), size}; }

[[nodiscard]] std::string encode(Promise const& promise) {
    std::string text(magic);
    text += KeyWriter{}.put(version).take();
    text += text_of(promise.ledger.data(), promise.ledger.size());
    text += KeyWriter{}.put(promise.counter).put(promise.sequence).take();
    text += text_of(promise.log_root.data(), promise.log_root.size());
    text += KeyWriter{}.put(promise.checkpoint).take();
    text += text_of(promise.state_root.data(), promise.state_root.size());
    text += KeyWriter{}.put(crc32c(text)).take();
    text.resize(slot_bytes, '\0');
    return text;
}

[[nodiscard]] std::optional<Promise> decode(std::string_view slot) {
    if (slot.size() != slot_bytes || !slot.starts_with(magic)) return std::nullopt;
    if (KeyReader(slot.substr(told_bytes)).get<std::uint32_t>() != crc32c(slot.substr(0, told_bytes))) return std::nullopt;
    std::string_view rest = slot.substr(magic.size());
    auto const number = [&](auto like) {
        auto const value = KeyReader(rest).get<decltype(like)>();
        rest.remove_prefix(sizeof(like));
        return value;
    };
    auto const bytes = [&](auto& into) {
        std::memcpy(into.data(), rest.data(), into.size());
        rest.remove_prefix(into.size());
    };
    Promise promise;
    if (number(std::uint32_t{}) != version) return std::nullopt;
    bytes(promise.ledger);
    promise.counter = number(std::uint64_t{});
    promise.sequence = number(std::uint64_t{});
    bytes(promise.log_root);
    promise.checkpoint = number(std::uint64_t{});
    bytes(promise.state_root);
    return promise;
}

[[nodiscard]] auto unwritable(fs::path const& file) {
    return fail(Errc::witness_unwritable, file.string() + ": " + std::strerror(errno));
}

[[nodiscard]] bool write_at(int descriptor, std::string_view bytes, std::size_t at) {
    while (!bytes.empty()) {
        ssize_t const written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += static_cast<std::size_t>(written);
    }
    return true;
}

} // namespace

result<void> Witness::create(fs::path const& file, Promise promise) {
    int const descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return unwritable(file);
    promise.counter += promise.counter % 2 + 1; // odd ones lie in the first slot
    std::string both = encode(promise);
    ++promise.counter;
    both += encode(promise);
    bool const ok = write_at(descriptor, both, 0) && ::ftruncate(descriptor, 2 * slot_bytes) == 0 && ::fsync(descriptor) == 0;
    if (!ok) {
        auto const failure = unwritable(file);
        ::close(descriptor);
        return failure;
    }
    ::close(descriptor);
    if (!sync_path(fs::absolute(file).parent_path())) return unwritable(file);
    return outcome::success();
}

result<Promise> Witness::read(fs::path const& file) {
    int const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::witness_missing, file.string());
        return fail(Errc::witness_damaged, file.string() + ": " + std::strerror(errno));
    }
    std::string bytes(2 * slot_bytes, '\0');
    ssize_t const got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
    ::close(descriptor);
    bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    std::optional<Promise> newest;
    for (std::size_t at = 0; at < bytes.size(); at += slot_bytes) {
        auto const slot = decode(std::string_view(bytes).substr(at, slot_bytes));
        if (slot && (!newest || slot->counter > newest->counter)) newest = slot;
    }
    if (!newest) return fail(Errc::witness_damaged, file.string() + ": neither of its two slots is whole");
    return *newest;
}

result<std::unique_ptr<Witness>> Witness::open(fs::path const& file) {
    PLIMSOLL_TRY(newest, read(file));
    std::unique_ptr<Witness> witness(new Witness());
    witness->file_ = file;
    witness->counter_ = newest.counter;
    witness->descriptor_ = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
    if (witness->descriptor_ < 0) return unwritable(file);
    return witness;
}

Witness::~Witness() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

result<void> Witness::write(Promise promise) {
    promise.counter = ++counter_;
    if (!write_at(descriptor_, encode(promise), (1 - promise.counter % 2) * slot_bytes)) return unwritable(file_);
    return outcome::success();
}

result<void> Witness::sync() {
    if (::fdatasync(descriptor_) != 0) return unwritable(file_);
    return outcome::success();
}

} // namespace plimsoll::store
