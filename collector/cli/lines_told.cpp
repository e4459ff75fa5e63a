#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "collector/cli/lines.hpp"
#include "collector/plan/card.hpp"
#include "ground/json_writer.hpp"
#include "ground/number.hpp"

namespace holdup::cli {
namespace {

std::string fixed(double number, int digits) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(digits) << number;
  return out.str();
}

std::string ms(Duration d) { return fixed(ground::seconds(d) * 1e3, 1) + " ms"; }
std::string percent(double share) { return fixed(share * 100, 1) + " %"; }
std::string seconds(Duration d) { return ground::number_text(std::round(ground::seconds(d) * 10) / 10) + " s"; }
std::string count(std::size_t number, const char* what) { return std::to_string(number) + " " + what + (number == 1 ? "" : "s"); }
std::string lane_name(const Load& load) { return std::string{reading::lane_names[static_cast<std::size_t>(load.lane)]}; }

std::string heading(const Line& line) {
  const auto units = count(line.units.size(), "unit");
  if (line.kind == Line::Kind::host)
    return "host " + line.name + ": " + units + " on one connection, reckoned by turnaround alone" +
           (line.at_once > 1 ? ", " + std::to_string(line.at_once) + " questions at once" : "");
  const bool server = line.kind == Line::Kind::device_server;
  return "line " + line.name + ": " + std::to_string(line.serial.baud) + " baud, " + std::to_string(line.serial.bits_a_byte()) +
         " bits a byte" + (server ? " (assumed: it lies behind a device server)" : "") + ", silence " + ms(plan::silence(line.serial)) +
         ", " + units;
}

void print_unit(const UnitLoad& unit, const site::Site& site) {
  const auto& device = site.devices[unit.device];
  std::cout << "    " << device.name << " (unit " << static_cast<unsigned>(device.address.unit) << ", "
            << (unit.profile != nullptr ? "profile " + unit.profile->name + (unit.at_most ? ", at most" : "")
                                        : "no profile written: its registers are assumed")
            << "): turnaround " << ms(unit.turnaround) << (unit.turnaround_known ? "" : " assumed") << ", time-out "
            << ground::duration_text(unit.timeout) << '\n';
  for (const Load& load : unit.loads)
    std::cout << "      " << std::left << std::setw(10) << lane_name(load) + (load.own ? "*" : "") << std::setw(14)
              << "every " + ground::duration_text(load.period) << std::setw(13) << count(load.requests, "request") << std::setw(15)
              << count(load.registers, "register") << std::right << std::setw(6) << load.bytes << " bytes" << std::setw(12)
              << ms(load.takes) << std::setw(10) << percent(load.share()) << '\n';
}

}  // namespace

void print_line(const Line& line, const site::Site& site) {
  std::cout << "  " << heading(line) << '\n';
  for (const UnitLoad& unit : line.units) print_unit(unit, site);
  std::cout << "    questions and answers " << percent(line.living());
  if (line.reserved() > 0) std::cout << ", time-outs of dead units at most " << percent(line.reserved());
  std::cout << ", left " << percent(line.left()) << '\n';
  if (line.reserved() == 0) return;
  const auto again = [&](Line::Known known) {
    return seconds(line.asked_again(1, known)) + ", with all of them dead within " + seconds(line.asked_again(line.units.size(), known));
  };
  std::cout << "    a dead unit that lives again is asked within " << again(Line::Known::identified)
            << "; one that was never identified within " << again(Line::Known::never) << '\n';
}

std::string line_json(const Line& line, const site::Site& site) {
  constexpr std::array<std::string_view, 3> kinds{"serial", "device_server", "host"};
  ground::JsonWriter json;
  json.begin_object().field("line", line.name).field("kind", kinds[static_cast<std::size_t>(line.kind)]);
  if (line.kind != Line::Kind::host)
    json.field("baud", static_cast<std::int64_t>(line.serial.baud))
        .field("bits_a_byte", static_cast<int>(line.serial.bits_a_byte()))
        .field("silence_seconds", ground::seconds(plan::silence(line.serial)));
  json.key("units").begin_array();
  for (const UnitLoad& unit : line.units) {
    json.begin_object().field("device", site.devices[unit.device].name);
    if (unit.profile != nullptr) json.field("profile", unit.profile->name);
    json.field("at_most", unit.at_most).field("turnaround_seconds", ground::seconds(unit.turnaround));
    json.field("turnaround_assumed", !unit.turnaround_known).field("timeout_seconds", ground::seconds(unit.timeout));
    json.key("rhythms").begin_array();
    for (const Load& load : unit.loads) {
      json.begin_object()
          .field("lane", lane_name(load))
          .field("own", load.own.has_value())
          .field("period_seconds", ground::seconds(load.period));
      json.field("requests", static_cast<std::uint64_t>(load.requests)).field("registers", static_cast<std::uint64_t>(load.registers));
      json.field("bytes", static_cast<std::uint64_t>(load.bytes)).field("seconds", ground::seconds(load.takes));
      json.field("share", load.share()).end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().field("share", line.living()).field("dead_share", line.reserved()).field("left", line.left());
  if (line.reserved() > 0)
    json.field("asked_again_seconds", ground::seconds(line.asked_again(1, Line::Known::identified)))
        .field("asked_again_with_all_dead_seconds", ground::seconds(line.asked_again(line.units.size(), Line::Known::identified)))
        .field("identified_with_all_dead_seconds", ground::seconds(line.asked_again(line.units.size(), Line::Known::never)));
  return json.end_object().take();
}

}  // namespace holdup::cli
