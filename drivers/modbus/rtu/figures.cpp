#include "drivers/modbus/rtu/figures.hpp"

#include <utility>

namespace holdup::rtu {

void Figures::add_dropped(std::map<std::string, std::uint64_t>& dropped) const {
  const std::pair<const char*, const Count*> told[] = {
      {"timeouts", &timeouts},
      {"crc_errors", &crc_errors},
      {"wrong_unit", &wrong_unit},
      {"disagreeing", &disagreeing},
      {"echoes", &echoes},
      {"late", &late},
      {"stray_bytes", &strays},
      {"outdated", &outdated},
      {"lost", &lost},
      {"reopenings", &opens},
      {"open_failures", &open_failures},
  };
  for (const auto& [name, count] : told) {
    auto value = count->load();
    if (count == &opens && value > 0) --value;  // the first one is none
    dropped[std::string{"modbus_rtu_"} + name] += value;
  }
}

}  // namespace holdup::rtu
