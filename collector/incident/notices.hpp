#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collector/incident/moment.hpp"
#include "store/record/event.hpp"

// What people have said and what still holds of it: attestations, maintenance windows, hands-off, pull tests. A fold over the events that
// were written of it, and nothing else, so that it is the same after a crash. The core writes those events; serve folds them for the page.
// Pure.
namespace holdup::incident {

/// What is meant to be done to an element: any work, taking it out, switching it off.
enum class Intent : std::uint8_t { work, remove, off };
inline constexpr std::array<std::string_view, 3> intent_names{"work", "remove", "off"};
[[nodiscard]] constexpr std::string_view name(Intent intent) { return intent_names[static_cast<std::size_t>(intent)]; }

/// A person's word where no sensor reaches. Never proof, and gone with the next sign of its element.
struct Attestation {
  std::string id;  // of the event
  Element element;
  std::string by, reason;
  ground::Utc time{};
};

/// Quiet for what it names, loud for what stands beside it. Always ends.
struct Window {
  std::string id;  // of the event that opened it
  Element element;
  Intent intent{};
  std::string owner, reason;
  ground::Utc begin{}, end{};
  ground::Instant due{};  // the end, of this boot: setting the clock makes no window longer
};
inline constexpr ground::Duration longest_window = std::chrono::hours{24};

/// While it stands nothing is changed by any verb, until somebody with another token ends it.
struct HandsOff {
  std::string id;
  std::string by, token;  // who said so, and whose token began it
  ground::Utc begin{};
};

/// When nothing watched: the daemon was down.
struct Blind {
  ground::Utc from{}, to{};
};

/// What the pull test of a supply's cord showed.
enum class PullResult : std::uint8_t { as_configured, miscorded, several_lost, cord_not_seen, not_noticed };
inline constexpr std::array<std::string_view, 5> pull_result_names{"as configured", "miscorded", "several lost", "cord not seen",
                                                                   "not noticed"};
[[nodiscard]] constexpr std::string_view name(PullResult result) { return pull_result_names[static_cast<std::size_t>(result)]; }

/// At least and at most so long.
struct Between {
  ground::Duration least{}, most{};
};

/// A supply's cord was pulled once, on purpose, with somebody watching.
struct Commissioned {
  std::string id;  // of the event
  Element element;
  std::string by;
  PullResult result{};
  std::string cord, seen;         // as the site file has it; the outlets that fell, "" where none was seen to
  std::string remark;             // what else there is to say of it
  std::string incident, verdict;  // what was said of it, "" when nothing was
  std::string strength;
  std::optional<Between> detection;          // from the loss to the verdict
  std::optional<Between> after_word;         // from the moment that the person named to the verdict
  std::optional<ground::Duration> handover;  // from the evidence in hand to the alert handed over, at most
  std::optional<ground::Duration> restored;  // from the verdict to its restoration
  std::vector<record::Evidence> signs;       // that showed it
  ground::Utc time{};
};

class Notices {
 public:
  static constexpr std::size_t most = 1'000;  // of attestations, of windows, and of supplies that were commissioned

  [[nodiscard]] static bool is_word(std::string_view verdict);
  /// Whether an event is of the boot that folds it: only then does its monotonic time count.
  enum class Boot : std::uint8_t { this_one, another };
  /// An event of one of these words; others change nothing.
  void fold(const record::Event& event, Moment moment, Boot boot);

  [[nodiscard]] const std::vector<Attestation>& attestations() const { return attestations_; }
  [[nodiscard]] const Attestation* attestation_of(const Element& element) const;
  [[nodiscard]] const std::vector<Window>& windows() const { return windows_; }
  [[nodiscard]] const std::optional<HandsOff>& hands_off() const { return hands_off_; }
  [[nodiscard]] const std::optional<Blind>& blind() const { return blind_; }  // the last time
  /// The last test of each supply.
  [[nodiscard]] const std::vector<Commissioned>& commissioned() const { return commissioned_; }
  /// The first window to end.
  [[nodiscard]] std::optional<ground::Instant> next_due() const;

 private:
  void attest(const record::Event& event);
  void maintain(const record::Event& event, Moment moment, Boot boot);
  void free_hands(const record::Event& event);
  void commission(const record::Event& event);

  std::vector<Attestation> attestations_;
  std::vector<Window> windows_;
  std::optional<HandsOff> hands_off_;
  std::optional<Blind> blind_;
  std::vector<Commissioned> commissioned_;
};

// The events' forms: what fold() reads.
[[nodiscard]] Note note_of(const Attestation& attestation, Moment moment);
[[nodiscard]] Note end_of(const Attestation& attestation, std::string why, Moment moment);
[[nodiscard]] Note note_of(const Window& window, Moment moment);
[[nodiscard]] Note end_of(const Window& window, std::string why, Moment moment);
[[nodiscard]] Note note_of(const HandsOff& hands, Moment moment);
[[nodiscard]] Note end_of(const HandsOff& hands, std::string by, std::string token, Moment moment);
[[nodiscard]] Note note_of(const Blind& blind, Moment moment);
[[nodiscard]] Note note_of(const Commissioned& test, Moment moment);

}  // namespace holdup::incident
