#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

// Who is at the other end of a local socket, as the kernel says it, and whether they may ask. Used by Listener.
namespace holdup::control {

struct Peer {
  uid_t uid = 0;
  gid_t gid = 0;
  pid_t pid = 0;
  /// "uid 1000 (alice)"
  [[nodiscard]] std::string text() const;
};

/// Nothing when the kernel does not say.
[[nodiscard]] std::optional<Peer> peer_of(int socket);
[[nodiscard]] std::optional<gid_t> group_of(const std::string& name);
/// root, our own user, or a member of the group.
[[nodiscard]] bool may_ask(const Peer& peer, std::optional<gid_t> group);

}  // namespace holdup::control
