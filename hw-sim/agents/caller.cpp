#include "hw-sim/agents/caller.hpp"

#include <algorithm>

namespace hwsim::agents {
namespace {

using scenario::TrapVersion;

constexpr int most_tries = 5;
constexpr ground::Duration patience{1'000'000'000};  // for an acknowledgement
constexpr std::size_t most_waiting = 1000;

}  // namespace

ground::Result<void> Caller::call(const Notification& notification, const HostPort& to) {
  if (!line_.moment().up) return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "the device is not up"};
  if (notification.version == TrapVersion::v1) {
    wire_.send(encode_trap_v1(notification, sender()), to);
    ++sent_;
    return {};
  }
  if (!notification.inform && notification.version == TrapVersion::v3) return send_v3_trap(notification, to);
  last_id_ = (last_id_ + 1) & INT32_MAX;
  auto message = message_of(notification, sender(), last_id_);
  if (!notification.inform) {
    wire_.send(encode(message), to);
    ++sent_;
    return {};
  }
  Inform inform{.number = ++numbers_, .message = std::move(message), .to = to};
  if (notification.version == TrapVersion::v3) {
    const auto* user = user_of(notification);
    if (user == nullptr) return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "no SNMPv3 user: give --v3-file"};
    constexpr std::uint64_t apart = 64;  // more than one inform ever needs
    inform.v3 = std::make_unique<V3Client>(*user, static_cast<std::int32_t>(inform.number * apart % INT32_MAX));
  }
  start(std::move(inform));
  return {};
}

bool Caller::hear(std::string_view datagram) {
  if (waiting_.empty() || !line_.moment().up) return false;
  for (auto at = waiting_.begin(); at != waiting_.end(); ++at) {
    if (!at->v3) {
      const auto answer = decode(datagram);
      if (!answer || answer->pdu != Pdu::response || answer->request_id != at->message.request_id) continue;
    } else {
      const auto word = at->v3->hear(datagram);
      if (word.heard == V3Client::Heard::nothing) continue;
      if (word.heard == V3Client::Heard::ask_again) {
        wire_.send(at->v3->ask(at->message), at->to);
        return true;
      }
      if (word.heard == V3Client::Heard::refused) return waiting_.erase(at), true;
      if (word.answer.request_id != at->message.request_id) continue;
    }
    ++acknowledged_;
    waiting_.erase(at);
    return true;
  }
  return false;
}

Sender Caller::sender() {
  const auto uptime = line_.moment().uptime;
  return {.community = agent_.community(),
          .agent_address = agent_address_,
          .uptime_ticks = static_cast<std::uint32_t>(static_cast<std::uint64_t>(uptime.count() / 10'000'000))};
}

ground::Result<void> Caller::send_v3_trap(const Notification& notification, const HostPort& to) {
  auto& authority = agent_.authority();
  const auto* master = user_of(notification);
  if (master == nullptr || authority.engine().empty())
    return ground::Failure{.kind = ground::FailureKind::unsupported, .what = "no SNMPv3 user: give --v3-file"};
  last_id_ = (last_id_ + 1) & INT32_MAX;
  const auto keys = localized(*master, authority.engine());
  wire_.send(authority.seal_trap(keys, message_of(notification, sender(), last_id_), agent_.engine_time(line_.moment())), to);
  ++sent_;
  return {};
}

const MasterKeys* Caller::user_of(const Notification& notification) {
  if (!notification.user) {
    const auto& users = agent_.users();
    const auto weaker = [](const MasterKeys& a, const MasterKeys& b) { return a.user.level() < b.user.level(); };
    const auto strongest = std::max_element(users.begin(), users.end(), weaker);
    return strongest == users.end() ? nullptr : &*strongest;
  }
  for (const auto& guest : guests_)
    if (guest.user == *notification.user) return &guest;
  return &guests_.emplace_back(master_keys(*notification.user));
}

void Caller::start(Inform inform) {
  if (waiting_.size() >= most_waiting) waiting_.pop_front();
  ++sent_;
  transmit(waiting_.emplace_back(std::move(inform)));
}

void Caller::transmit(Inform& inform) {
  ++inform.tries;
  wire_.send(inform.v3 ? inform.v3->ask(inform.message) : encode(inform.message), inform.to);
  wire_.later(patience, [this, number = inform.number] { expire(number); });
}

void Caller::expire(std::uint64_t number) {
  const auto at = std::find_if(waiting_.begin(), waiting_.end(), [&](const Inform& inform) { return inform.number == number; });
  if (at == waiting_.end()) return;
  if (at->tries >= most_tries)
    waiting_.erase(at);
  else
    transmit(*at);
}

}  // namespace hwsim::agents
