#include "drivers/snmp/trap_socket.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "ground/number.hpp"

namespace holdup::snmp {
namespace {

using ground::Failure;
using ground::FailureKind;

constexpr int receive_bytes = 8 << 20;
constexpr std::size_t datagram_bytes = 65536;
constexpr std::size_t control_bytes = 128;
constexpr int first_passed = 3;  // SD_LISTEN_FDS_START

Failure broken(const char* what) { return {FailureKind::machine, std::string{what} + ": " + std::strerror(errno)}; }

struct Place {
  sockaddr_storage address{};
  socklen_t length = 0;
};

/// Nothing when it is no ADDRESS:PORT with a numeric address.
std::optional<Place> place_of(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = ground::parse_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return std::nullopt;
  auto host = std::string{text.substr(0, colon)};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  Place place;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&place.address);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&place.address);
  const auto net_port = htons(static_cast<std::uint16_t>(*port));
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET, v4->sin_port = net_port, place.length = sizeof(sockaddr_in);
    return place;
  }
  if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) != 1) return std::nullopt;
  v6->sin6_family = AF_INET6, v6->sin6_port = net_port, place.length = sizeof(sockaddr_in6);
  return place;
}

HostBytes mapped(const in_addr& v4) {
  HostBytes out{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  std::memcpy(out.data() + 12, &v4, 4);
  return out;
}

void set(int descriptor, int level, int name, int value) {
  (void)setsockopt(descriptor, level, name, &value, sizeof value);  // an older kernel does without
}

}  // namespace

std::optional<HostBytes> host_bytes(const std::string& address) {
  in_addr v4{};
  HostBytes out{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return mapped(v4);
  return inet_pton(AF_INET6, address.c_str(), out.data()) == 1 ? std::optional{out} : std::nullopt;
}

struct TrapSocket::State {
  struct Slot {
    sockaddr_storage from{};
    iovec buffer{};
    alignas(cmsghdr) std::array<char, control_bytes> control{};
    std::size_t control_length = 0;
  };

  explicit State(int fd) : descriptor{fd}, bytes(batch * datagram_bytes), slots(batch), headers(batch) {
    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    set(fd, SOL_SOCKET, SO_RCVBUF, receive_bytes);
    set(fd, SOL_SOCKET, SO_RCVBUFFORCE, receive_bytes);  // beyond the system's limit where we may
    set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
    set(fd, IPPROTO_IP, IP_PKTINFO, 1);
    set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    for (std::size_t i = 0; i < batch; ++i) slots[i].buffer = {bytes.data() + i * datagram_bytes, datagram_bytes};
  }
  ~State() { close(descriptor); }

  /// What the last batch has filled.
  void prepare() {
    for (std::size_t i = 0; i < filled; ++i) {
      auto& header = headers[i].msg_hdr;
      header = {};
      header.msg_name = &slots[i].from, header.msg_namelen = sizeof(sockaddr_storage);
      header.msg_iov = &slots[i].buffer, header.msg_iovlen = 1;
      header.msg_control = slots[i].control.data(), header.msg_controllen = control_bytes;
    }
  }

  // The kernel's count since the socket was made stands in every datagram behind a gap; 32 bits, it wraps.
  void note_drops(const msghdr& header) {
    for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(const_cast<msghdr*>(&header), c)) {
      if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t count = 0;
      std::memcpy(&count, CMSG_DATA(c), sizeof count);
      drops += count - last_count;
      last_count = count;
    }
  }

  Arrived arrived(std::size_t i) {
    const auto& slot = slots[i];
    Arrived out{.bytes = {bytes.data() + i * datagram_bytes, headers[i].msg_len}, .host = {}, .port = 0, .slot = i};
    if (slot.from.ss_family == AF_INET) {
      const auto& v4 = reinterpret_cast<const sockaddr_in&>(slot.from);
      out.host = mapped(v4.sin_addr), out.port = ntohs(v4.sin_port);
    } else {
      const auto& v6 = reinterpret_cast<const sockaddr_in6&>(slot.from);
      std::memcpy(out.host.data(), &v6.sin6_addr, out.host.size());
      out.port = ntohs(v6.sin6_port);
    }
    return out;
  }

  int descriptor;
  std::vector<std::uint8_t> bytes;
  std::vector<Slot> slots;
  std::vector<mmsghdr> headers;
  std::vector<Arrived> now;
  std::size_t filled = batch;
  std::uint64_t drops = 0;
  std::uint32_t last_count = 0;
};

TrapSocket::TrapSocket(std::unique_ptr<State> state) : state_{std::move(state)} {}
TrapSocket::TrapSocket(TrapSocket&&) noexcept = default;
TrapSocket& TrapSocket::operator=(TrapSocket&&) noexcept = default;
TrapSocket::~TrapSocket() = default;

ground::Result<TrapSocket> TrapSocket::listen(std::string_view address) {
  const auto place = place_of(address);
  if (!place) return Failure{FailureKind::malformed, "'" + std::string{address} + "' is no address to listen at"};
  const int fd = socket(place->address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return broken("no UDP socket");
  auto state = std::make_unique<State>(fd);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&place->address), place->length) != 0)
    return broken(("cannot listen at " + std::string{address}).c_str());
  return TrapSocket{std::move(state)};
}

std::optional<TrapSocket> TrapSocket::passed() {
  const char* pid = std::getenv("LISTEN_PID");
  const char* count = std::getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr || ground::parse_integer(pid) != getpid()) return std::nullopt;
  const auto fds = std::clamp<std::int64_t>(ground::parse_integer(count).value_or(0), 0, 64);
  for (int fd = first_passed; fd < first_passed + fds; ++fd) {
    int type = 0, family = 0;
    socklen_t length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) != 0 || type != SOCK_DGRAM) continue;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &length) != 0 || (family != AF_INET && family != AF_INET6)) continue;
    const int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);  // a reload may open it again
    if (own >= 0) return TrapSocket{std::make_unique<State>(own)};
  }
  return std::nullopt;
}

int TrapSocket::descriptor() const { return state_->descriptor; }
std::uint64_t TrapSocket::kernel_drops() const { return state_->drops; }

std::string TrapSocket::endpoint() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getsockname(state_->descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return {};
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool v4 = address.ss_family == AF_INET;
  const auto& in = reinterpret_cast<const sockaddr_in&>(address);
  const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
  inet_ntop(address.ss_family, v4 ? static_cast<const void*>(&in.sin_addr) : &in6.sin6_addr, text.data(), text.size());
  const std::string host{text.data()};
  return (v4 ? host : "[" + host + "]") + ":" + std::to_string(ntohs(v4 ? in.sin_port : in6.sin6_port));
}

std::span<const Arrived> TrapSocket::receive() {
  state_->now.clear();
  state_->prepare();
  const int count = recvmmsg(state_->descriptor, state_->headers.data(), batch, MSG_DONTWAIT, nullptr);
  state_->filled = static_cast<std::size_t>(std::max(count, 0));
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const auto& header = state_->headers[at].msg_hdr;
    state_->note_drops(header);
    state_->slots[at].control_length = header.msg_controllen;
    if ((header.msg_flags & MSG_TRUNC) == 0) state_->now.push_back(state_->arrived(at));
  }
  return state_->now;
}

void TrapSocket::reply(const Arrived& to, Bytes datagram) {
  auto& slot = state_->slots[to.slot];
  iovec buffer{const_cast<std::uint8_t*>(datagram.data()), datagram.size()};
  msghdr header{};
  header.msg_name = &slot.from;
  header.msg_namelen = slot.from.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  header.msg_iov = &buffer, header.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, control_bytes> control{};
  msghdr came{};
  came.msg_control = slot.control.data(), came.msg_controllen = slot.control_length;
  for (auto* c = CMSG_FIRSTHDR(&came); c != nullptr; c = CMSG_NXTHDR(&came, c)) {
    const bool v4 = c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO;
    const bool v6 = c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO;
    if ((!v4 && !v6) || c->cmsg_len > control_bytes) continue;
    std::memcpy(control.data(), c, c->cmsg_len);
    if (v4) reinterpret_cast<in_pktinfo*>(CMSG_DATA(reinterpret_cast<cmsghdr*>(control.data())))->ipi_ifindex = 0;
    header.msg_control = control.data(), header.msg_controllen = CMSG_ALIGN(c->cmsg_len);
    break;
  }
  (void)sendmsg(state_->descriptor, &header, MSG_DONTWAIT);
}

}  // namespace holdup::snmp
