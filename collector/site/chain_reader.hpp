#pragma once

#include "collector/site/site.hpp"
#include "ground/yaml/mapping.hpp"

// Reads what stands between the room and the outlets: feeds, UPSs, transfer switches, banks, network switches, and where we hang ourselves.
namespace holdup::site {

void read_feeds(ground::yaml::Mapping& top, Site& site);
/// After the devices: who reports it. Then each feed knows the UPS that its `upstream.ups` names.
void read_upses(ground::yaml::Mapping& top, Site& site);
/// After feeds and devices.
void read_atses(ground::yaml::Mapping& top, Site& site);
/// `banks:` of a device that was just added.
void read_banks(ground::yaml::Mapping& map, Index device, Site& site);
void read_switches(ground::yaml::Mapping& top, Site& site);
void read_self(ground::yaml::Mapping& top, Site& site);

/// "pdu-a/outlet/3" of a PDU that hangs on a feed and has that outlet; a problem of `key` otherwise.
[[nodiscard]] std::optional<Cord> read_cord(const ground::yaml::Mapping& map, std::string_view key, const std::string& text,
                                            const Site& site);
/// "1-8", "1,3,5", or a list of such.
[[nodiscard]] std::vector<std::string> read_outlets(ground::yaml::Mapping& map, std::string_view key);

}  // namespace holdup::site
