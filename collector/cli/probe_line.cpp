#include "collector/cli/probe_line.hpp"

#include <array>
#include <iostream>

#include "collector/cli/told.hpp"
#include "drivers/address/line.hpp"
#include "drivers/gpio/lines.hpp"
#include "ground/clock/clock.hpp"
#include "ground/utf8.hpp"

namespace holdup::cli {
namespace {

int complain(ExitCode code, const std::string& what) {
  std::cerr << "holdup probe: " << ground::printable(what) << '\n';
  return code;
}

/// Whether the line is active now.
ground::Result<bool> read(const drivers::LineAddress& at) {
  const std::array wishes{gpio::Wish{.line = at.line, .active_low = at.active_low}};
  auto lines = gpio::Lines::request(at.chip, wishes);
  if (!lines) return lines.error();
  if (const auto& failure = lines->failures().front()) return *failure;
  const auto levels = lines->levels();
  if (!levels) return levels.error();
  return levels->front();
}

reading::Point contact_point(const drivers::LineAddress& at) {
  return {.metric = "rack_contact_closed", .labels = {{"part", "contact"}, {"name", at.line}}, .source = at.chip + "/" + at.line};
}

}  // namespace

int probe_line(const ProbeOptions& options) {
  if (!options.profile.empty()) return complain(usage, "--profile: a line has no profile; leave it out");
  const auto address = drivers::parse_line_address(options.url);
  if (!address) return complain(usage, address.error().what);
  const auto asked = ground::clock::now();
  const auto active = read(*address);
  if (!active) return complain(cannot_know, options.url + ": " + active.error().what);
  Told told;
  told.identified.identity.model = address->chip;
  told.identified.points = {contact_point(*address)};
  told.readings = {{.point = 0,
                    .quality = ground::Quality::good,
                    .value = *active ? 1.0 : 0.0,
                    .time = asked,
                    .uncertainty = ground::clock::now() - asked}};
  told.raw = {*active == address->active_low ? "low" : "high"};
  if (options.explain) std::cerr << "settings: active " << (address->active_low ? "low" : "high") << ", bias as it is; edges asked for\n";
  print_told(told, options.json);
  return fine;
}

}  // namespace holdup::cli
