#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "drivers/profile/profile.hpp"
#include "drivers/snmp/answers.hpp"
#include "drivers/snmp/asker.hpp"
#include "drivers/snmp/walk.hpp"

// One SNMP agent as its device talks to it: many names packed into few datagrams, walks that adapt to what the agent can bear. Device
// uses it. One request is under way at a time.
namespace holdup::snmp {

/// How long to try. `resend_after` as in Inquiry.
struct Patience {
  ground::Instant deadline;
  std::optional<ground::Duration> resend_after;
  ground::Duration each = std::chrono::seconds{3};  // a step of a walk; then less is asked at once
};

/// The answer to one name, and when it was asked.
struct Answer {
  Oid name;                                   // whose value it is: after a GETNEXT another than asked
  Value value{.kind = Value::Kind::unknown};  // unknown: not answered
  ground::Instant asked{};
  ground::Duration round_trip{};
};

class Agent {
 public:
  /// The asker outlives the agent.
  explicit Agent(Asker& asker) : asker_{asker}, version_{asker.versions().front()} {}

  void speak(Version version) { version_ = version; }
  void heed(const profile::Quirks& quirks);
  /// So long nothing is asked after an answer, or after waiting for one.
  void leave_alone(ground::Duration between_requests) { between_requests_ = between_requests; }

  /// A datagram for each list of names that are already encoded; whatever they are answered. How many were.
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> get(std::span<const Bytes> lists, Patience patience, Taker& taker,
                                                                        Late late = {});
  /// Names that it is asked for in one datagram.
  [[nodiscard]] std::size_t most_varbinds() const;
  /// One answer a name, in order. A failure when not even the first datagram was answered; names of later lost datagrams stay unknown.
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::vector<Answer>>> get(std::span<const Oid> names, Patience patience);
  /// Everything below each column into `answers`.
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> walk(std::vector<Oid> columns, Patience patience, Answers& answers);
  /// For each tree the agent's first object below it; empty: it has none.
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::vector<Oid>>> first_below(std::span<const Oid> trees, Patience patience);

 private:
  struct Pack;
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::vector<Answer>>> ask_all(Ask ask, std::span<const Oid> names, Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> get_pack(Pack pack, Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Reply>> ask_next(const std::vector<Oid>& names, Patience patience);
  [[nodiscard]] boost::asio::awaitable<ground::Result<Reply>> ask_gently(Inquiry inquiry);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> ask_gently(Series series, Taker& taker);
  [[nodiscard]] boost::asio::awaitable<bool> be_free(ground::Instant deadline);
  [[nodiscard]] boost::asio::awaitable<ground::Result<std::size_t>> walk_on(Walk walk, Patience patience, Answers& answers);
  [[nodiscard]] boost::asio::awaitable<ground::Result<bool>> skips_values(std::span<const Oid> columns, Patience patience,
                                                                          Answers& answers);
  [[nodiscard]] bool ease();

  Asker& asker_;
  Version version_;
  profile::Quirks quirks_;
  ground::Duration between_requests_{};
  ground::Instant free_at_ = ground::Instant::min();
  std::size_t varbinds_ = 48;  // a GET; at most some 1,400 bytes of answer, so that it fits one unfragmented datagram
  std::size_t cells_ = 50;     // a GETBULK answer, over all columns asked; 0: GETNEXT from now on
  std::size_t width_ = 10;     // columns walked at once
};

}  // namespace holdup::snmp
