#include "tools/chain/mapping.hpp"
#include "tools/chain/shipped_mappings.hpp"
#include "tools/errc.hpp"
#include "tools/text/json_writer.hpp"
#include "tools/text/whole_file.hpp"

#include <simdjson.h>
#include <toml++/toml.h>

namespace plimsoll::tools::chain {
namespace {

[[nodiscard]] ShippedFile const* shipped(std::string_view name) {
    for (ShippedFile const& file : shipped_mappings()) {
        if (file.name == name) return &file;
    }
    return nullptr;
}

[[nodiscard]] result<std::string> read_file(std::filesystem::path const& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return fail(tools::Errc::file_unreadable, path.string());
    return read_text(path);
}

/// The names of ABI files; none where the TOML is no TOML, which its reading will tell.
[[nodiscard]] std::vector<std::string> abi_names(std::string const& toml_text) {
    std::vector<std::string> names;
    try {
        auto const root = toml::parse(toml_text);
        auto const* const contracts = root["contract"].as_table();
        if (contracts == nullptr) return names;
        for (auto const& [key, node] : *contracts) {
            auto const* const table = node.as_table();
            if (table == nullptr) continue;
            if (auto const name = (*table)["abi"].value_exact<std::string>()) names.push_back(*name);
        }
    } catch (toml::parse_error const&) { // told by Mapping::read
    }
    return names;
}

[[nodiscard]] std::string names_of_shipped() {
    std::string list;
    for (ShippedFile const& file : shipped_mappings()) {
        if (!file.name.ends_with(".toml")) continue;
        list += (list.empty() ? "" : ", ") + std::string(file.name.substr(0, file.name.size() - 5));
    }
    return list;
}

} // namespace

result<MappingText> MappingText::load(std::string const& name_or_path) {
    MappingText text;
    std::filesystem::path const path(name_or_path);
    bool const is_file = std::filesystem::exists(path);
    if (is_file) {
        PLIMSOLL_TRY(toml, read_file(path));
        text.toml = std::move(toml);
    } else {
        ShippedFile const* const file = shipped(name_or_path + ".toml");
        if (file == nullptr) {
            return fail(Errc::mapping_malformed,
                        "'" + name_or_path + "' is neither a file nor one of " + names_of_shipped());
        }
        text.toml = file->text;
    }
    for (std::string const& name : abi_names(text.toml)) {
        if (is_file && std::filesystem::exists(path.parent_path() / name)) {
            PLIMSOLL_TRY(json, read_file(path.parent_path() / name));
            text.files[name] = std::move(json);
        } else if (ShippedFile const* const file = shipped(name)) {
            text.files[name] = file->text;
        }
    }
    return text;
}

std::string MappingText::bundle() const {
    std::string out;
    JsonWriter json(out);
    auto const write = [&](std::string_view key, auto const& map) {
        json.key(key).begin_object();
        for (auto const& [name, value] : map) json.field(name, value);
        json.end_object();
    };
    json.begin_object().field("plimsoll_mapping", 1).field("toml", toml);
    write("files", files);
    write("parameters", parameters);
    json.end_object();
    return out;
}

result<MappingText> MappingText::from_bundle(std::string_view bundle) {
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    std::int64_t version = 0;
    auto const malformed = [] { return fail(Errc::mapping_malformed, "what the ledger keeps of its mapping is damaged"); };
    if (parser.parse(simdjson::padded_string(bundle)).get(root) != simdjson::SUCCESS) return malformed();
    if (root["plimsoll_mapping"].get(version) != simdjson::SUCCESS || version != 1) return malformed();
    MappingText text;
    std::string_view toml;
    if (root["toml"].get(toml) != simdjson::SUCCESS) return malformed();
    text.toml = toml;
    for (auto const& [key, map] : {std::pair{"files", &text.files}, std::pair{"parameters", &text.parameters}}) {
        simdjson::dom::object object;
        if (root[key].get(object) != simdjson::SUCCESS) return malformed();
        for (auto const [name, value] : object) {
            std::string_view content;
            if (value.get(content) != simdjson::SUCCESS) return malformed();
            (*map)[std::string(name)] = content;
        }
    }
    return text;
}

} // namespace plimsoll::tools::chain
