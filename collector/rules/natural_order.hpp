#pragma once

#include <string_view>

// Texts as people sort them: "a2" before "a10". Used by sort_by_label.
namespace holdup::rules {

[[nodiscard]] bool natural_less(std::string_view left, std::string_view right);

}  // namespace holdup::rules
