#include "collector/control/peer.hpp"

#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

namespace holdup::control {
namespace {

constexpr std::size_t entry_bytes = 16'384;  // of an entry of passwd or group

std::string user_name(uid_t uid) {
  std::vector<char> room(entry_bytes);
  passwd entry{}, *found = nullptr;
  getpwuid_r(uid, &entry, room.data(), room.size(), &found);
  return found != nullptr ? found->pw_name : "";
}

bool is_member(const Peer& peer, gid_t group) {
  if (peer.gid == group) return true;
  const auto name = user_name(peer.uid);
  if (name.empty()) return false;
  std::vector<gid_t> groups(1'024);
  int count = static_cast<int>(groups.size());
  if (getgrouplist(name.c_str(), peer.gid, groups.data(), &count) < 0) return false;
  groups.resize(static_cast<std::size_t>(count));
  return std::ranges::find(groups, group) != groups.end();
}

}  // namespace

std::string Peer::text() const {
  const auto name = user_name(uid);
  return "uid " + std::to_string(uid) + (name.empty() ? "" : " (" + name + ")");
}

std::optional<Peer> peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  return Peer{.uid = credentials.uid, .gid = credentials.gid, .pid = credentials.pid};
}

std::optional<gid_t> group_of(const std::string& name) {
  std::vector<char> room(entry_bytes);
  group entry{}, *found = nullptr;
  getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  return found != nullptr ? std::optional{found->gr_gid} : std::nullopt;
}

bool may_ask(const Peer& peer, std::optional<gid_t> group) {
  return peer.uid == 0 || peer.uid == ::geteuid() || (group && is_member(peer, *group));
}

}  // namespace holdup::control
