#pragma once

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collector/incident/notices.hpp"
#include "store/record/event.hpp"

// What the pull of one cord showed: out of what was said meanwhile, and of what outlets and signs were measured at. Pure; used by
// `commission`.
namespace holdup::cli {

/// A supply as the site file has it.
struct Cord {
  std::string supply;                 // "cab1/psu1"
  std::string outlet;                 // "pdu-a/outlet/3"; "" where none is told
  std::string status;                 // "device/shelf-psu1"; "" where nothing reports on it
  std::vector<std::string> contacts;  // "contact/cab1-psu1"
};

struct Sampled {
  ground::Utc time{};
  double value = 0;
};

/// What is kept of one series around a pull: good samples, oldest first.
struct Track {
  record::Evidence sign;  // the reading that spoke; of an outlet's meter only source and point count
  std::string outlet;     // "pdu-a/outlet/3" of an outlet's meter
  std::vector<Sampled> samples;
};

/// The loss lies in it.
struct LossTime {
  ground::Utc from{}, to{};
};

/// By each sign: after the last reading that was still good, less what that may be old, and before the first that was not. Nothing where
/// no sign had a good reading before.
[[nodiscard]] std::optional<LossTime> time_of_loss(const std::vector<Track>& signs, ground::Utc verdict);

/// Follows one pull through the events that are said.
class Pull {
 public:
  enum class Stage {
    waiting,  // nothing was lost yet
    out,      // a supply is lost
    back,     // all that was lost with it is there again
    beyond,   // more is lost than a cord can explain
  };

  /// `expected`: the supply whose cord is to be pulled; empty: whichever is. `rack` outlives it.
  Pull(const std::vector<Cord>& rack, std::string expected, ground::Utc from) : rack_{rack}, expected_{std::move(expected)}, from_{from} {}

  void hear(const record::Event& event);
  /// The person says that they pull now.
  void named(ground::Utc word) { word_ = word; }

  [[nodiscard]] Stage stage() const;
  /// The supplies that were said to be lost, the first one first.
  [[nodiscard]] const std::vector<std::string>& lost() const { return lost_; }
  /// What no cord explains: "feed_lost feed/A".
  [[nodiscard]] const std::string& beyond() const { return beyond_; }
  /// The first verdict of a loss.
  [[nodiscard]] const std::optional<record::Event>& verdict() const { return verdict_; }
  /// Its own signs that are readings: their series tell when it was lost.
  [[nodiscard]] std::vector<record::Evidence> signs() const;
  [[nodiscard]] ground::Utc from() const { return from_; }
  /// When all of it was there again.
  [[nodiscard]] std::optional<ground::Utc> back() const { return back_; }

  /// What is known of it by now: the series of its signs, the meters of all outlets.
  [[nodiscard]] incident::Commissioned judged(const std::vector<Track>& signs, const std::vector<Track>& meters) const;

 private:
  using Named = std::pair<std::string, std::string>;  // verdict, element

  void hear_of_contact(const record::Event& event);
  void hear_of_loss(const record::Event& event);
  [[nodiscard]] const Cord* cord_of(const std::string& supply) const;
  [[nodiscard]] std::string about(const std::vector<std::string>& fallen) const;
  [[nodiscard]] ground::Utc last_there(const std::optional<LossTime>& loss) const;
  [[nodiscard]] bool is_lost(const std::string& supply) const;
  void judge_cord(incident::Commissioned& test, const Cord& cord, const std::vector<Track>& meters,
                  const std::vector<std::string>& fallen) const;

  const std::vector<Cord>& rack_;
  std::string expected_;
  ground::Utc from_{};
  std::optional<ground::Utc> word_, back_;
  std::vector<std::string> lost_;
  std::string beyond_, incident_;
  std::optional<record::Event> verdict_;
  std::vector<record::Event> losses_;       // of supplies: begin and update
  std::vector<record::Evidence> contacts_;  // that moved, each its first move
  std::set<Named> open_;                    // of the incident
  std::set<std::string> heard_;             // ids: an event comes twice
};

/// "status, contact cab1-psu1, outlet": by what it was seen, for people.
[[nodiscard]] std::string words_of(const std::vector<record::Evidence>& signs, const Cord& cord);

/// rack_supply_input_ok{device="shelf-psu1",part="supply"}: the series of a reading that is evidence; "" where it is none.
[[nodiscard]] std::string selector_of(const record::Evidence& sign);

}  // namespace holdup::cli
