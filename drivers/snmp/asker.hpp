#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "drivers/snmp/message.hpp"
#include "ground/instant.hpp"
#include "ground/result.hpp"

// One agent as it can be asked, whatever the version: what packs names and walks tables serves them all. Agent asks through it.
namespace holdup::snmp {

struct Reply;

/// Takes an answer that comes after its question was given up.
class LateTaker {
 public:
  /// `mark` and `which` as the question said them.
  virtual void take_late(std::uint64_t mark, std::size_t which, Reply reply) = 0;

 protected:
  ~LateTaker() = default;
};
/// Who would still want the answer, and the taker's own words for the question. By default nobody.
struct Late {
  LateTaker* taker = nullptr;
  std::uint64_t mark = 0;
  std::size_t which = 0;  // of a series: of its first list; they count on
};

struct Inquiry {
  Version version = Version::v2c;  // one of the asker's
  Ask ask = Ask::get;
  std::uint32_t max_repetitions = 0;
  std::span<const Oid> names;
  Bytes list{};  // the names already encoded, as in Question: instead of them
  ground::Instant deadline;
  std::optional<ground::Duration> resend_after;  // the same datagram again, each so long, until the deadline; default: never
  Late late{};
};

/// A response with the bytes that its views point into.
struct Reply {
  std::vector<std::uint8_t> datagram;
  Response response;
  ground::Instant asked;  // when the request first left
  ground::Duration round_trip{};
};

/// GETs of lists of names already encoded, one after the other.
struct Series {
  Version version = Version::v2c;
  std::span<const Bytes> lists;  // each as in Question
  ground::Instant deadline;      // of them all
  std::optional<ground::Duration> resend_after;
  Late late{};
};

/// What came, while it is at hand.
struct Heard {
  const Response& response;
  Bytes datagram;  // that its views point into
  ground::Instant asked;
  ground::Duration round_trip{};
};

/// Takes the answers to a series as they come.
class Taker {
 public:
  /// The answer to the list of this number. False: ask no more.
  virtual bool take(std::size_t which, const Heard& heard) = 0;

 protected:
  ~Taker() = default;
};

class Asker {
 public:
  virtual ~Asker() = default;
  /// The versions it speaks: after silence on one the next may be tried.
  [[nodiscard]] virtual std::span<const Version> versions() const = 0;
  /// One reply or a failure by the deadline. The names, or the list, outlive the call.
  [[nodiscard]] virtual boost::asio::awaitable<ground::Result<Reply>> ask(Inquiry inquiry) = 0;
  /// How many were answered by the deadline, or a failure where the first was not. The lists and the taker outlive the call.
  [[nodiscard]] virtual boost::asio::awaitable<ground::Result<std::size_t>> ask_all(Series series, Taker& taker);
  /// It is told of no late answer any more.
  virtual void forget(const LateTaker& taker) = 0;
};

}  // namespace holdup::snmp
