#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "drivers/snmp/v3/credential.hpp"
#include "drivers/snmp/v3/engine.hpp"
#include "drivers/snmp/v3/message.hpp"
#include "ground/result.hpp"

struct usmUser;

// SNMPv3's user security model as net-snmp has it, as a codec: it seals a question and opens an answer, and does nothing else. Its users
// and engine clocks are tables of the whole process, keyed by engine id: here they are set to what one message needs, while it is made or
// opened, and count for nothing in between. So no two devices share keys or a clock, whatever they call themselves; and the library never
// sees a socket, a file, a timer. One thread only (net-snmp as Debian builds it locks nothing). Session uses it.
namespace holdup::v3 {

/// A user at one engine, its keys localised.
class User {
 public:
  /// Requires derived keys where the level needs any.
  [[nodiscard]] static ground::Result<User> localise(const Credential& credential, const EngineId& engine);

  [[nodiscard]] usmUser* get() const { return user_.get(); }

 private:
  struct Free {
    void operator()(usmUser* user) const;
  };
  explicit User(usmUser* user) : user_{user} {}
  std::unique_ptr<usmUser, Free> user_;
};

/// Turns one passphrase into its master key and wipes it: 1 MiB of hashing, some 2.5 ms. False when none was left.
[[nodiscard]] ground::Result<bool> derive_one(Credential& credential);

/// A message as it leaves, with the ScopedPDU that it may hide: made by the two seal() only.
class Sealed {
 public:
  [[nodiscard]] Bytes datagram() const { return datagram_; }
  [[nodiscard]] Bytes scoped() const { return scoped_; }
  [[nodiscard]] std::int32_t id() const { return id_; }

 private:
  friend struct Sealing;
  friend struct Answering;
  std::vector<std::uint8_t> datagram_, scoped_;
  std::int32_t id_ = 0;
};

/// What goes into a message. Without a user it is the question that discovers an engine: no name, no security.
struct Sealing {
  std::int32_t id = 0;
  Level level = Level::no_auth;
  const User* user = nullptr;
  const Engine& engine;
  ScopedQuestion question;

  [[nodiscard]] ground::Result<Sealed> seal() const;
};

/// What our own engine answers to an inform and to what goes before it: a response or a report, RFC 3414 section 3.1.
struct Answering {
  std::int32_t id = 0;
  Level level = Level::no_auth;
  const User* user = nullptr;  // at our engine; unless no_auth
  std::string_view name{};     // the user's
  const Engine& engine;
  std::vector<std::uint8_t> scoped;

  [[nodiscard]] ground::Result<Sealed> seal() const;
};

enum class Refusal : std::uint8_t { wrong_digest, not_in_window, cannot_decrypt };

struct Opened {
  std::optional<Refusal> refusal;
  std::vector<std::uint8_t> scoped;  // the ScopedPDU, where nothing was refused
};

/// An authenticated message that names this engine: proven by the user's keys, in the time window, decrypted. Takes the engine's clock
/// from it where it is right. The message's views point into the datagram.
[[nodiscard]] Opened open_sealed(Bytes datagram, const Message& message, const User& user, Engine& engine);

}  // namespace holdup::v3
