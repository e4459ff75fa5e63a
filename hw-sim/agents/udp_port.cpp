#include "hw-sim/agents/udp_port.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

#include "ground/expect.hpp"

namespace hwsim::agents {
namespace {

constexpr std::size_t longest_datagram = 4096;
constexpr std::size_t control_room = CMSG_SPACE(sizeof(in_pktinfo));
constexpr std::size_t most_queued = 64;

[[noreturn]] void fail() { throw boost::system::system_error{errno, boost::system::system_category()}; }

void enlarge_buffers(int socket) {
  const int octets = 4 << 20;  // as much as the system allows: bursts of a thousand devices
  for (const int force : {SO_RCVBUFFORCE, SO_SNDBUFFORCE}) (void)::setsockopt(socket, SOL_SOCKET, force, &octets, sizeof octets);
  for (const int ask : {SO_RCVBUF, SO_SNDBUF}) (void)::setsockopt(socket, SOL_SOCKET, ask, &octets, sizeof octets);
}

std::uint32_t local_address(msghdr& header) {
  for (auto* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level != IPPROTO_IP || control->cmsg_type != IP_PKTINFO) continue;
    in_pktinfo packet{};
    std::memcpy(&packet, CMSG_DATA(control), sizeof packet);
    return ntohl(packet.ipi_addr.s_addr);
  }
  return 0;
}

}  // namespace

// Room for datagrams on their way in.
struct UdpPort::Batch {
  struct Slot {
    std::array<char, longest_datagram> bytes{};
    sockaddr_storage peer{};
    alignas(cmsghdr) std::array<char, control_room> control{};
    iovec part{};
  };
  explicit Batch(std::size_t size) : slots(size), headers(size) {}
  void prepare() {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      Slot& slot = slots[i];
      slot.part = {.iov_base = slot.bytes.data(), .iov_len = slot.bytes.size()};
      headers[i] = {};
      auto& header = headers[i].msg_hdr;
      header.msg_name = &slot.peer;
      header.msg_namelen = sizeof slot.peer;
      header.msg_iov = &slot.part;
      header.msg_iovlen = 1;
      header.msg_control = slot.control.data();
      header.msg_controllen = slot.control.size();
    }
  }
  std::vector<Slot> slots;
  std::vector<mmsghdr> headers;
};

std::optional<Peer> peer_at(const HostPort& place) {
  Peer out;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, place.host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(place.port);
    out.size = sizeof v4;
    std::memcpy(&out.address, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, place.host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(place.port);
    out.size = sizeof v6;
    std::memcpy(&out.address, &v6, sizeof v6);
  } else {
    return std::nullopt;
  }
  return out;
}

UdpPort::UdpPort(const HostPort& listen, Reach reach)
    : tells_address_{reach == Reach::every_ipv4}, batch_{std::make_unique<Batch>(reach == Reach::every_ipv4 ? 64 : 16)} {
  const auto place = peer_at(tells_address_ ? HostPort{.host = "0.0.0.0", .port = listen.port} : listen);
  HOLDUP_EXPECT(place.has_value());
  socket_ = ::socket(place->address.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) fail();
  const int on = 1;
  if (tells_address_) (void)::setsockopt(socket_, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
  enlarge_buffers(socket_);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&place->address), place->size) == 0) return;
  const int why = errno;
  ::close(socket_);
  errno = why;
  fail();
}

UdpPort::~UdpPort() { ::close(socket_); }

std::uint16_t UdpPort::port() const {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return 0;
  sockaddr_in out{};  // the port stands at the same place in both families
  std::memcpy(&out, &bound, sizeof out);
  return ntohs(out.sin_port);
}

const std::vector<UdpPort::Datagram>& UdpPort::receive() {
  received_.clear();
  batch_->prepare();
  const int count = ::recvmmsg(socket_, batch_->headers.data(), static_cast<unsigned>(batch_->headers.size()), MSG_DONTWAIT, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& header = batch_->headers[static_cast<std::size_t>(i)];
    const auto& slot = batch_->slots[static_cast<std::size_t>(i)];
    if ((header.msg_hdr.msg_flags & MSG_TRUNC) != 0) continue;
    received_.push_back({.bytes = {slot.bytes.data(), header.msg_len},
                         .peer = {.address = slot.peer, .size = header.msg_hdr.msg_namelen},
                         .local = tells_address_ ? local_address(header.msg_hdr) : 0});
  }
  return received_;
}

void UdpPort::send(Outgoing datagram) {
  outgoing_.push_back(std::move(datagram));
  if (outgoing_.size() >= most_queued) flush();
}

void UdpPort::flush() {
  struct Slot {
    iovec part{};
    alignas(cmsghdr) std::array<char, control_room> control{};
  };
  std::array<Slot, most_queued> slots{};
  std::array<mmsghdr, most_queued> headers{};
  for (std::size_t i = 0; i < outgoing_.size(); ++i) {
    auto& header = headers[i].msg_hdr;
    slots[i].part = {.iov_base = outgoing_[i].bytes.data(), .iov_len = outgoing_[i].bytes.size()};
    header.msg_name = &outgoing_[i].to.address;
    header.msg_namelen = outgoing_[i].to.size;
    header.msg_iov = &slots[i].part;
    header.msg_iovlen = 1;
    if (!tells_address_ || outgoing_[i].from == 0) continue;
    header.msg_control = slots[i].control.data();
    header.msg_controllen = slots[i].control.size();
    auto* const control = CMSG_FIRSTHDR(&header);
    control->cmsg_level = IPPROTO_IP;
    control->cmsg_type = IP_PKTINFO;
    control->cmsg_len = CMSG_LEN(sizeof(in_pktinfo));
    in_pktinfo packet{};
    packet.ipi_spec_dst.s_addr = htonl(outgoing_[i].from);
    std::memcpy(CMSG_DATA(control), &packet, sizeof packet);
  }
  for (std::size_t done = 0; done < outgoing_.size();) {
    const int sent = ::sendmmsg(socket_, headers.data() + done, static_cast<unsigned>(outgoing_.size() - done), MSG_DONTWAIT);
    done += sent > 0 ? static_cast<std::size_t>(sent) : 1;  // one that cannot be sent is lost
  }
  outgoing_.clear();
}

}  // namespace hwsim::agents
