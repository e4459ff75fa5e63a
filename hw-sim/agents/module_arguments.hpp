#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hw-sim/agents/ber_value.hpp"
#include "hw-sim/agents/variation.hpp"

// The arguments of one variation module, `value=6,wait=100`, read one by one. It remembers the first thing that is wrong with them, and
// which were asked for: an argument that the module does not know is wrong too. Used by variation.cpp for each module.
namespace hwsim::agents {

class ModuleArguments {
 public:
  ModuleArguments(ber::Tag tag, std::string_view module, std::string_view text);

  [[nodiscard]] ber::Tag tag() const { return tag_; }
  std::optional<std::string> text(std::string_view key);
  std::optional<double> number(std::string_view key);
  bool flag(std::string_view key) { return number(key).value_or(0) != 0; }
  std::optional<Oid> oid(std::string_view key);
  Heeds heeds(Heeds unless_told);
  /// `hexvalue` or `value`, encoded as the line's type.
  std::optional<std::string> value();
  /// The pieces of `key=a:b:a:b`, `size` at a time; empty when it is not there.
  std::vector<std::vector<std::string>> groups(std::string_view key, std::size_t size);

  /// eq, lt, gt as '=', '<', '>'.
  char comparison(std::string_view word);
  void refuse(std::string why);
  /// After all was read: what is wrong, nothing when all is well.
  [[nodiscard]] std::optional<std::string> problem() const;

 private:
  ber::Tag tag_;
  std::string module_;
  std::map<std::string, std::string, std::less<>> given_;
  std::vector<std::string_view> known_;
  std::optional<std::string> problem_;
};

}  // namespace hwsim::agents
