#include "ground/element.hpp"

#include <algorithm>

namespace holdup::ground {

bool is_element_part(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), allowed);
}

std::optional<Element> Element::parse(std::string_view text) {
  std::size_t parts = 0;
  for (std::string_view left = text;; ++parts) {
    const auto slash = left.find('/');
    if (!is_element_part(left.substr(0, slash))) return std::nullopt;
    if (slash == std::string_view::npos) break;
    left.remove_prefix(slash + 1);
  }
  return parts < 3 ? std::optional{Element{std::string{text}}} : std::nullopt;
}

std::string_view Element::first() const { return std::string_view{text_}.substr(0, text_.find('/')); }

std::string_view Element::rest() const {
  const auto slash = text_.find('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view{text_}.substr(slash + 1);
}

}  // namespace holdup::ground
