#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "ground/number.hpp"
#include "hw-sim/scenario/words.hpp"

namespace hwsim::scenario {
namespace {

using ground::Element;
using ground::Result;

constexpr std::array<std::string_view, 3> version_names{"1", "2c", "3"};
constexpr std::string_view types = "iucCtaosxn";
constexpr std::string_view number_types = "iucCt";
constexpr std::size_t most_varbinds = 32;

bool is_oid(std::string_view text) {
  return text.find('.') != std::string_view::npos && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string without_quotes(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string{text};
}

Result<TrapVarbind> parse_varbind(const Word& word) {
  const auto shape =
      wrong(in_quotes(word.key) + " takes TYPE:VALUE, TYPE one of i u c C t a o s x n, as in " + std::string{word.key} + "=i:1");
  if (word.value.size() < 2 || word.value[1] != ':' || types.find(word.value[0]) == std::string_view::npos) return shape;
  TrapVarbind out{.oid = std::string{word.key}, .type = word.value[0], .value = without_quotes(word.value.substr(2))};
  if (number_types.find(out.type) != std::string_view::npos && !ground::parse_number(out.value)) return shape;
  return out;
}

Result<void> take(Trap& trap, const Form& form, const Word& word) {
  static constexpr std::array<std::string_view, 4> keys{"oid", "version", "inform", "to"};
  if (is_oid(word.key)) {
    const auto varbind = parse_varbind(word);
    if (!varbind) return varbind.error();
    if (trap.varbinds.size() >= most_varbinds) return wrong("more than 32 varbinds; send fewer");
    trap.varbinds.push_back(*varbind);
    return {};
  }
  if (const auto checked = check_options(form, {&word, 1}, keys); !checked) return checked.error();
  if (word.key == "oid") {
    if (!is_oid(word.value)) return wrong(in_quotes(word.value) + " is no OID; write digits and dots");
    trap.oid = word.value;
  } else if (word.key == "version") {
    const auto at = std::find(version_names.begin(), version_names.end(), word.value);
    if (at == version_names.end()) return wrong(in_quotes(word.value) + " is no version; write version=1, 2c or 3");
    trap.version = static_cast<TrapVersion>(at - version_names.begin());
  } else if (word.key == "inform") {
    if (word.value != "true" && word.value != "false")
      return wrong(in_quotes(word.value) + " is neither; write inform=true or inform=false");
    trap.inform = word.value == "true";
  } else {
    trap.to = word.value;
  }
  return {};
}

}  // namespace

Result<Command> parse_trap(const Form& form, const Element& element, std::span<const Word> options) {
  if (const auto checked = check_device(form, element); !checked) return checked.error();
  Trap trap{.element = element};
  for (std::size_t i = 0; i < options.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (options[j].key == options[i].key && !is_oid(options[i].key)) return wrong(in_quotes(options[i].key) + " stands twice; keep one");
    if (const auto taken = take(trap, form, options[i]); !taken) return taken.error();
  }
  if (trap.oid.empty()) return wrong("which trap? write: " + std::string{form.text});
  if (trap.inform && trap.version == TrapVersion::v1) return wrong("v1 has no informs; write version=2c or 3");
  return Command{trap};
}

}  // namespace hwsim::scenario
