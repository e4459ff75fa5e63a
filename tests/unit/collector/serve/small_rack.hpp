#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collector/core/effects.hpp"
#include "collector/core/registry.hpp"
#include "collector/serve/inbox.hpp"
#include "collector/serve/mirror.hpp"
#include "collector/serve/update.hpp"
#include "collector/site/site.hpp"
#include "store/record/event.hpp"

// The rack of the serve room's tests: cab1 on two feeds with a status unit a supply, and what the core would tell of it.
namespace holdup::serve::test {

[[nodiscard]] site::Site small_site();

inline constexpr ground::Instant noon{std::chrono::hours{100}};
inline constexpr ground::Duration utc_offset = std::chrono::hours{480'000};

/// Speaks like the core: counts series, declares each once.
class Teller {
 public:
  Teller() : site_{small_site()} {}

  /// Every device identified, every point read good at this moment.
  [[nodiscard]] Update all_good(ground::Instant at);
  /// One device's reply: `value` for each of its points that mean this.
  [[nodiscard]] Update reading(const std::string& device, reading::Meaning means, double value, ground::Instant at,
                               ground::Quality quality = ground::Quality::good);
  [[nodiscard]] Update up(const std::string& device, bool is, ground::Instant at);
  /// A series that holdup keeps of the device.
  [[nodiscard]] Update own(const std::string& name, const std::string& device, double value, ground::Instant at);
  [[nodiscard]] const site::Site& site() const { return site_; }

 private:
  [[nodiscard]] core::Known known(site::Index device, record::Batch& batch);
  record::Batch batch(ground::Instant at) const;

  site::Site site_;
  core::Registry registry_;
};

[[nodiscard]] std::vector<reading::Point> points_of(const std::string& device);

struct Said {
  int n = 1;  // id: "b00t-N"
  std::string verdict, element, cause;
  record::Phase phase = record::Phase::begin;
  int incident = 1;
  std::string strength = "probable";
};
[[nodiscard]] record::Event event(const Said& said);

/// What the mirror gets when an update came through the inbox.
[[nodiscard]] News news(Update update);
/// A mirror whose past is read and which was told this.
void tell(Mirror& mirror, Update update);
[[nodiscard]] std::unique_ptr<Mirror> ready_mirror(const site::Site& site);

}  // namespace holdup::serve::test
