#include "collector/drill/trap_values.hpp"

#include <string_view>

#include "ground/number.hpp"

namespace holdup::drill {
namespace {

bool is_number(char type) { return std::string_view{"iucCt"}.find(type) != std::string_view::npos; }

}  // namespace

std::vector<profile::TrapValue> values_of(const hwsim::scenario::Trap& trap) {
  std::vector<profile::TrapValue> out;
  for (const auto& varbind : trap.varbinds) {
    const auto name = profile::Oid::parse(varbind.oid);
    if (!name) continue;
    auto& value = out.emplace_back(profile::TrapValue{.name = *name, .text = varbind.value, .number = {}, .oid = {}});
    if (is_number(varbind.type)) value.number = ground::parse_integer(varbind.value);
    if (varbind.type == 'o') value.oid = profile::Oid::parse(varbind.value);
    if (value.oid) value.text = value.oid->text();
  }
  return out;
}

}  // namespace holdup::drill
