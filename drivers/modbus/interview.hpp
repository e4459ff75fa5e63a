#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/modbus/asker.hpp"
#include "drivers/modbus/identification.hpp"
#include "drivers/modbus/spans.hpp"
#include "drivers/modbus/sunspec.hpp"
#include "drivers/profile/profile.hpp"
#include "drivers/reading/nameplate.hpp"
#include "drivers/reading/point.hpp"

// Finds out what a unit is: which profile fits it, where its models stand, how it is called. Nothing that it answers is asked twice. Used
// by Device when it identifies.
namespace holdup::modbus {

class Interview {
 public:
  template <class T>
  using Answered = boost::asio::awaitable<ground::Result<T>>;

  /// The asker outlives the interview.
  Interview(Asker& asker, std::uint8_t unit, ground::Instant deadline) : asker_{asker}, unit_{unit}, deadline_{deadline} {}

  /// A single candidate is taken at its word. Of several the first whose registers say so; else one whose chain of models is there; else
  /// one that the device identification names.
  Answered<const profile::Profile*> choose(const std::vector<const profile::Profile*>& candidates);
  /// The profile as this unit has it: its models laid out, without the registers whose conditions do not hold. Fails where nothing of it
  /// is answered.
  Answered<profile::Profile> settle(const profile::Profile& profile);
  Answered<reading::Identity> identity(const profile::Profile& profile);
  /// Parts that tell a serial number.
  Answered<std::vector<reading::Nameplate>> parts(const profile::Profile& profile);

 private:
  using Words = std::vector<std::uint16_t>;
  enum class By : std::uint8_t { registers, chain, identification };

  Answered<Words> words(Span span);
  Answered<Words> words_by_two(Span span);
  Answered<Exchange> ask(Span span);
  Answered<bool> agrees(const profile::Profile& profile, By by);
  Answered<bool> says(const profile::RegisterSign& sign);
  Answered<bool> holds(const profile::RegisterCondition& condition);
  Answered<std::vector<Model>> chain(const std::vector<std::uint16_t>& starts);
  Answered<IdentificationObjects> objects();
  Answered<std::string> first_text(const profile::TextSources& sources);
  Answered<std::string> text_of(const profile::TextSource& source);

  Asker& asker_;
  std::uint8_t unit_;
  ground::Instant deadline_;
  std::map<Span, Words> heard_;   // empty: it has no such registers …
  std::map<Span, int> silences_;  // … or it kept silent, so often
  std::optional<IdentificationObjects> objects_;
  bool answered_ = false;  // whatever
};

}  // namespace holdup::modbus
