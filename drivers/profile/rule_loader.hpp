#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/profile/profile.hpp"
#include "ground/yaml/mapping.hpp"

// Reads what the points of every protocol have in common from a profile's YAML; loader.cpp and the protocols' loaders use it. Pure.
namespace holdup::profile {

/// What holds for the whole file.
struct FileScope {
  ground::yaml::Report report;
  Oid base;                       // OIDs that begin with a dot stand below it
  std::vector<double> sentinels;  // of every point
  bool typed = false;             // Modbus: values have types, and `type` among sentinels is the number by which one says "not there"
  bool type_sentinel = false;     // of every point
  std::map<std::string, std::shared_ptr<const reading::StateTable>, std::less<>> states;
};

/// `states:` of the file: NAME: {CODE: [word, health]}.
void load_states(const ground::yaml::Node& node, FileScope& scope);
/// metric, part, means, lane, refresh, every, states, yes, no, multiply, divide, offset, sentinels, extract, lowest, highest, bit, width,
/// form. Marks the keys as known.
[[nodiscard]] Rule load_rule(ground::yaml::Mapping& map, const FileScope& scope);
/// The period of single points.
[[nodiscard]] std::optional<ground::Duration> load_every(ground::yaml::Mapping& map);
/// An OID; one that begins with a dot stands below the file's base.
[[nodiscard]] std::optional<Oid> parse_oid(std::string_view text, const FileScope& scope);
[[nodiscard]] std::optional<ground::Pattern> load_pattern(ground::yaml::Mapping& map, std::string_view key);
/// One OID under `key`; empty and reported when malformed.
[[nodiscard]] Oid load_oid(ground::yaml::Mapping& map, std::string_view key, const FileScope& scope);
[[nodiscard]] std::vector<Oid> load_oids(ground::yaml::Mapping& map, std::string_view key, const FileScope& scope);
/// Whole numbers: one, or a list.
[[nodiscard]] std::vector<std::int64_t> load_codes(ground::yaml::Mapping& map, std::string_view key);
/// `sentinels: [NUMBER, type]`: the raw numbers; whether `type` is among them.
bool load_sentinels(ground::yaml::Mapping& map, const FileScope& scope, std::vector<double>& numbers);

}  // namespace holdup::profile
