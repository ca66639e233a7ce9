/// A contract's events as its ABI describes them, and logs decoded by it: exactly, or refused.
#pragma once

#include "tools/chain/source.hpp"

#include <optional>

namespace plimsoll::tools::chain {

/// A type of the contract ABI.
struct AbiType {
    enum class Kind : std::uint8_t {
        unsigned_integer, ///< size: bits
        signed_integer,   ///< size: bits
        address,
        boolean,
        fixed_bytes, ///< size: bytes
        bytes,
        string,
        list,       ///< of parts[0]
        fixed_list, ///< size: items of parts[0]
        tuple,
    };
    Kind kind{};
    std::uint32_t size = 0;
    std::vector<AbiType> parts;
    std::vector<std::string> names; ///< of a tuple's parts

    /// As signatures have it: "uint256", "(address,bool)[]".
    [[nodiscard]] std::string text() const;
    /// One word, whatever it holds.
    [[nodiscard]] bool is_word() const;
    [[nodiscard]] bool is_dynamic() const;
    /// Bytes that it takes where it stands: its own, or those of the offset to it.
    [[nodiscard]] std::size_t head_bytes() const;
};

struct AbiArgument {
    std::string name; ///< may be empty
    AbiType type;
    bool indexed = false;
};

struct AbiEvent {
    std::string name;
    std::vector<AbiArgument> arguments;
    std::string signature; ///< "Transfer(address,address,uint256)"
    Bytes32 topic{};       ///< its hash: the log's first topic
    std::size_t indexed = 0;

    /// Its place among the arguments.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view argument) const;
};

/// A decoded argument. Bytes are views into the log.
struct AbiValue {
    Bytes32 word{}; ///< of types of one word; the hash of an indexed value that is larger
    ByteView bytes; ///< of bytes and string
    std::vector<AbiValue> items; ///< of lists and tuples
    bool is_hash = false; ///< indexed and larger than a word: only its hash is known
};

class Abi {
public:
    /// The JSON list that compilers write, or an object that has it as "abi". What is no event is
    /// passed over, as are anonymous events, which no topic names.
    /// Errors: Errc::abi_malformed, with `file` and the entry.
    [[nodiscard]] static result<Abi> parse(std::string_view json, std::string_view file);

    [[nodiscard]] std::vector<AbiEvent> const& events() const { return events_; }
    /// By name where only one has it, or by signature. Errors: Errc::abi_malformed.
    [[nodiscard]] result<AbiEvent const*> find(std::string_view name) const;
    /// The event whose log this is: topic and number of indexed arguments agree (two standards share
    /// a Transfer, with three and four topics). Null where there is none.
    [[nodiscard]] AbiEvent const* event_of(Log const& log) const;

private:
    std::vector<AbiEvent> events_;
};

/// The log's arguments, in the order of the event. Data must be what a compiler writes and no
/// more: padding clean, offsets in order without gaps, nothing left over.
/// Errors: Errc::log_malformed, with the argument and the byte.
[[nodiscard]] result<void> decode_log(AbiEvent const& event, Log const& log, std::vector<AbiValue>& out);

} // namespace plimsoll::tools::chain
