#pragma once

#include <cmath>

#include "hw-sim/power/world.hpp"

// The rack that the power tests stand on: feeds A and B, pdu-a and pdu-a2 on A, pdu-b on B; cab1 on both, srv1 on pdu-a2 alone.
namespace hwsim::power {

using ground::Instant;

inline constexpr std::size_t pdu_a = 0, pdu_a2 = 1, pdu_b = 2, psu1_unit = 3, psu2_unit = 4;  // devices; the first three also PDUs
inline constexpr std::size_t cab1 = 0, srv1 = 1;

inline Rack bench_rack() {
  using namespace std::chrono_literals;
  Rack rack{.name = "r12", .feeds = {{.name = "A"}, {.name = "B"}}};
  rack.pdus = {{.name = "pdu-a", .feed = 0}, {.name = "pdu-a2", .feed = 0, .model = PduModel::apc_rpdu2}, {.name = "pdu-b", .feed = 1}};
  rack.loads = {{.name = "cab1",
                 .watts = 1800,
                 .supplies = {{.name = "psu1", .pdu = 0, .outlet = 3, .status = StatusUnit{.device = "shelf-psu1"}},
                              {.name = "psu2", .pdu = 2, .outlet = 3, .status = StatusUnit{.device = "shelf-psu2"}}}},
                {.name = "srv1", .watts = 600, .supplies = {{.name = "psu1", .pdu = 1, .outlet = 5, .rated_watts = 1200, .holdup = 12ms}}}};
  rack.contacts = {{.name = "cab1-psu1", .load = 0, .supply = 0, .senses = Sense::ac_ok},
                   {.name = "cab1-psu1-dc", .load = 0, .supply = 0, .senses = Sense::dc_ok}};
  return rack;
}

inline ground::Element element(std::string_view text) { return ground::Element::parse(text).value(); }
inline Instant at(ground::Duration since_start) { return Instant{} + since_start; }

inline bool fail(World& world, std::string_view what, std::optional<ground::Duration> lasts = {}) {
  return world.apply(Fail{.element = element(what), .phase = {}, .lasts = lasts}).has_value();
}
inline bool restore(World& world, std::string_view what) { return world.apply(Restore{.element = element(what)}).has_value(); }
inline bool set(World& world, std::string_view what, Key key, double value) {
  return world.apply(Set{.element = element(what), .settings = {{.key = key, .value = value}}}).has_value();
}

}  // namespace hwsim::power
