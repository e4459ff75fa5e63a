#pragma once

#include <vector>

#include "collector/coverage/coverage.hpp"

// Which signs of a loss there are, as detect would take them. Used by coverage_of(). Pure.
namespace holdup::coverage {

[[nodiscard]] std::vector<Sign> signs_of_supply(const Picture& picture, Index supply);
[[nodiscard]] std::vector<Sign> signs_of_feed(const Picture& picture, Index feed);
[[nodiscard]] std::vector<Index> pdus_on(const site::Site& site, Index feed);
/// Who answers over the same path as the device, and does not hang on the feed.
[[nodiscard]] std::vector<Index> beside(const site::Site& site, Index device, std::optional<Index> feed);
/// The number of the point by which a device tells this of the supply.
[[nodiscard]] std::optional<std::size_t> status_point(const Picture& picture, Index supply, reading::Meaning means);
[[nodiscard]] std::optional<std::size_t> outlet_point(const Picture& picture, Index supply, reading::Meaning means);
[[nodiscard]] std::optional<std::size_t> inlet_point(const Picture& picture, Index device);

}  // namespace holdup::coverage
