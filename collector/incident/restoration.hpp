#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/incident/notices.hpp"
#include "collector/site/site.hpp"
#include "drivers/reading/point.hpp"
#include "store/record/event.hpp"

// What is proven back of an element, line by line: its inputs, the energy stored behind it, the protection of its data, and what nothing
// here sees. The ledger writes it into `restored`, serve answers `verify` with it. Pure.
namespace holdup::incident {

/// What a device told last of something that means something.
struct Told {
  Element source;
  std::string point;
  double value = 0;
  bool fresh = false;  // and good
  ground::Utc time{};
};

/// Where restoration looks: the core's facts, or the page's mirror of them.
class Eyes {
 public:
  virtual ~Eyes() = default;
  [[nodiscard]] virtual std::vector<Told> of_device(site::Index device, reading::Meaning means) const = 0;
  [[nodiscard]] virtual std::vector<Told> of_outlet(const site::Cord& cord, reading::Meaning means) const = 0;
  /// When the supply last carried load, as far as anybody remembers.
  [[nodiscard]] virtual std::optional<ground::Utc> carried(site::Index) const { return std::nullopt; }
};

/// `not_yet`: it is observed, and not as it should be.
enum class Proof : std::uint8_t { proven, attested, not_yet, not_observed };
inline constexpr std::array<std::string_view, 4> proof_names{"proven", "attested", "not yet", "not observed"};
[[nodiscard]] constexpr std::string_view name(Proof proof) { return proof_names[static_cast<std::size_t>(proof)]; }

struct RestorationLine {
  std::string_view about;  // "inputs"
  Proof proof = Proof::not_observed;
  std::string why = {};
  std::vector<record::Evidence> evidence = {};
  unsigned weighed = 0;  // things that it speaks of

  /// "stored energy: not yet: ups/u1 at 43 %"
  [[nodiscard]] std::string text() const;
};

/// Charged from here on: chargers end above it, and a battery that ages is never full.
inline constexpr double charged_ratio = 0.9;

class Restoration {
 public:
  Restoration(const site::Site& site, const Eyes& eyes, const Notices& notices) : site_{site}, eyes_{eyes}, notices_{notices} {}

  [[nodiscard]] RestorationLine inputs(const Element& element) const;
  [[nodiscard]] RestorationLine stored_energy(const Element& element) const;
  [[nodiscard]] RestorationLine data_protection(const Element& element) const;
  [[nodiscard]] RestorationLine unobserved(const Element& element) const;

 private:
  [[nodiscard]] std::vector<site::Index> supplies_of(const Element& element) const;
  [[nodiscard]] std::vector<site::Index> loads_of(const Element& element) const;
  [[nodiscard]] std::vector<std::pair<Element, site::Index>> stores_of(const Element& element) const;
  [[nodiscard]] std::vector<site::Index> cabinets_of(const Element& element) const;
  void look_at_supply(site::Index supply, RestorationLine& line) const;
  [[nodiscard]] bool idles(site::Index supply, RestorationLine& line) const;
  [[nodiscard]] std::string idle_text(site::Index supply) const;
  void look_at_inlet(const Element& element, RestorationLine& line) const;
  void let_attest(const Element& element, RestorationLine& line) const;

  const site::Site& site_;
  const Eyes& eyes_;
  const Notices& notices_;
};

}  // namespace holdup::incident
