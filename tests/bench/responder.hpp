#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "limits/pdu_162.hpp"

// Thousands of agents on one socket, in a thread of their own: any 127.1.x.y is one, answers are kept by the question's bytes. Cheap, so
// that a poller of the same machine has the processor; no part of any figure.
namespace holdup::bench {

class Responder {
 public:
  using Clock = std::chrono::steady_clock;
  struct Manners {
    std::size_t dead = 0, slow = 0;  // the first devices never answer, the next ones late
    std::chrono::milliseconds late{300};
  };
  /// Called in the responder's thread at each question.
  using OnAsked = std::function<void(std::size_t device, Clock::time_point at)>;

  explicit Responder(Manners manners, OnAsked on_asked = {})
      : manners_{manners}, on_asked_{std::move(on_asked)}, socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    const int yes = 1, bytes = 4 << 20;
    ::setsockopt(socket_, IPPROTO_IP, IP_PKTINFO, &yes, sizeof yes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    socklen_t size = sizeof here;
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&here), size) != 0) throw std::system_error{errno, std::generic_category(), "bind"};
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    thread_ = std::jthread{[this](const std::stop_token& stop) { serve(stop); }};
  }
  ~Responder() {
    thread_.request_stop();
    thread_.join();
    ::close(socket_);
  }
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Values in the answers so far.
  [[nodiscard]] std::uint64_t answered() const { return answered_; }

 private:
  static constexpr std::size_t batch = 64;
  struct Slot {
    std::array<char, 2048> question;
    std::array<char, 128> control;
    sockaddr_in from;
    iovec bytes;
    std::string answer;  // keeps its memory
  };
  struct Late {
    Clock::time_point due;
    std::string answer, control;
    sockaddr_in to;
  };
  struct Answer {
    std::string list;  // with the two numbers before it
    std::size_t values;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      send_late();
      pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&ready, 1, late_.empty() ? 50 : 1) <= 0) continue;
      receive();
    }
  }

  void receive() {
    for (std::size_t i = 0; i < batch; ++i) {
      slots_[i].bytes = {slots_[i].question.data(), slots_[i].question.size()};
      in_[i].msg_hdr = {.msg_name = &slots_[i].from,
                        .msg_namelen = sizeof(sockaddr_in),
                        .msg_iov = &slots_[i].bytes,
                        .msg_iovlen = 1,
                        .msg_control = slots_[i].control.data(),
                        .msg_controllen = slots_[i].control.size(),
                        .msg_flags = 0};
    }
    const int count = ::recvmmsg(socket_, in_.data(), batch, MSG_DONTWAIT, nullptr);
    std::size_t answers = 0;
    for (int i = 0; i < count; ++i)
      if (answer(static_cast<std::size_t>(i))) out_[answers++].msg_hdr = in_[i].msg_hdr;
    for (std::size_t done = 0; done < answers;) {
      const int sent = ::sendmmsg(socket_, out_.data() + done, static_cast<unsigned>(answers - done), 0);
      done += sent > 0 ? static_cast<std::size_t>(sent) : 1;
    }
  }

  /// Makes the received message of a slot its answer's. False: there is none now.
  bool answer(std::size_t i) {
    Slot& slot = slots_[i];
    msghdr& message = in_[i].msg_hdr;
    auto* control = CMSG_FIRSTHDR(&message);
    if (control == nullptr || control->cmsg_type != IP_PKTINFO) return false;
    in_pktinfo about;
    std::memcpy(&about, CMSG_DATA(control), sizeof about);
    const auto device = device_of(about.ipi_addr);
    if (on_asked_) on_asked_(device, Clock::now());
    if (device < manners_.dead || !compose({slot.question.data(), in_[i].msg_len}, slot.answer)) return false;
    about = {.ipi_ifindex = 0, .ipi_spec_dst = about.ipi_addr, .ipi_addr = {}};
    std::memcpy(CMSG_DATA(control), &about, sizeof about);
    message.msg_controllen = CMSG_SPACE(sizeof about);
    slot.bytes = {slot.answer.data(), slot.answer.size()};
    if (device >= manners_.dead + manners_.slow) return true;
    late_.push_back({Clock::now() + manners_.late, slot.answer, {slot.control.data(), message.msg_controllen}, slot.from});
    return false;
  }

  void send_late() {
    for (; !late_.empty() && late_.front().due <= Clock::now(); late_.pop_front()) {
      Late& late = late_.front();
      iovec bytes{late.answer.data(), late.answer.size()};
      const msghdr message{.msg_name = &late.to,
                           .msg_namelen = sizeof late.to,
                           .msg_iov = &bytes,
                           .msg_iovlen = 1,
                           .msg_control = late.control.data(),
                           .msg_controllen = late.control.size(),
                           .msg_flags = 0};
      (void)::sendmsg(socket_, &message, 0);
    }
  }

  /// An element off the front of the bytes: its tag and content. Trusts the bench, whose questions are all right.
  static std::pair<int, std::string_view> open(std::string_view& rest) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(rest.at(i))); };
    std::size_t size = at(1), head = 2;
    if (size >= 0x80)
      for (head = 2 + (size & 0x7F), size = 0; const std::size_t i : {std::size_t{2}, std::size_t{3}})
        if (i < head) size = size << 8 | at(i);
    const auto tag = static_cast<int>(at(0));
    const auto content = rest.substr(head, size);
    rest.remove_prefix(head + size);
    return {tag, content};
  }
  static std::size_t whole(std::string_view& rest) {
    std::size_t out = 0;
    for (const char byte : open(rest).second) out = out << 8 | static_cast<unsigned char>(byte);
    return out;
  }

  bool compose(std::string_view question, std::string& out) {
    auto message = open(question).second;
    const auto start = message;
    if (whole(message) != 1) return false;
    (void)open(message);  // community
    const std::string_view head = start.substr(0, start.size() - message.size());
    auto [tag, pdu] = open(message);
    const auto id_on = pdu;
    (void)open(pdu);
    const auto id = id_on.substr(0, id_on.size() - pdu.size());
    key_.assign(1, static_cast<char>(tag)).append(pdu);
    auto known = answers_.find(std::string_view{key_});
    if (known == answers_.end()) known = answers_.emplace(key_, values(tag, pdu)).first;
    const auto& [values, count] = known->second;
    answered_ += count;
    const std::size_t pdu_size = id.size() + values.size();
    out.assign("\x30\x82", 2)
        .append(two(head.size() + 4 + pdu_size))
        .append(head)
        .append("\xA2\x82")
        .append(two(pdu_size))
        .append(id)
        .append(values);
    return true;
  }
  static std::string two(std::size_t size) { return {static_cast<char>(size >> 8), static_cast<char>(size)}; }

  /// What follows the request id in the answer.
  [[nodiscard]] Answer values(int tag, std::string_view rest) const {
    (void)whole(rest);
    const auto repetitions = tag == 0xA5 ? whole(rest) : (whole(rest), std::size_t{1});
    auto list = open(rest).second;
    std::vector<std::string> names;
    while (!list.empty()) {
      auto varbind = open(list).second;
      names.push_back(tlv(6, std::string{open(varbind).second}));
    }
    std::string out;
    for (std::size_t n = 0; n < repetitions; ++n)
      for (auto& name : names) out += tlv(0x30, one(tag, name));
    return {number(2, 0) + number(2, 0) + tlv(0x30, out), repetitions * names.size()};
  }
  /// One name and value; after a GETNEXT the name moves on.
  [[nodiscard]] std::string one(int tag, std::string& name) const {
    // encoded names of this device sort as their arcs do: none of its arcs that differ needs more bytes than another
    const auto before = [](const std::pair<std::string, std::string>& object, const std::string& sought) {
      return object.first.substr(2) < sought.substr(2);
    };
    auto at = std::lower_bound(table_.begin(), table_.end(), name, before);
    const bool same = at != table_.end() && at->first == name;
    if (tag == 0xA0) return name + (same ? at->second : tlv(0x81, ""));
    if (same) ++at;
    if (at == table_.end()) return name + tlv(0x82, "");
    name = at->first;
    return name + at->second;
  }
  static std::vector<std::pair<std::string, std::string>> encoded() {
    std::vector<std::pair<std::string, std::string>> out;
    for (const Object& object : objects()) out.emplace_back(name(object.oid), object.value);
    return out;
  }

  Manners manners_;
  OnAsked on_asked_;
  int socket_;
  std::uint16_t port_ = 0;
  const std::vector<std::pair<std::string, std::string>> table_ = encoded();
  std::unordered_map<std::string, Answer, Hash, std::equal_to<>> answers_;
  std::atomic<std::uint64_t> answered_{0};
  std::string key_;
  std::array<Slot, batch> slots_;
  std::array<mmsghdr, batch> in_{}, out_{};
  std::deque<Late> late_;
  std::jthread thread_;
};

}  // namespace holdup::bench
