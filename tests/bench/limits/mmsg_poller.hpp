#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "pdu_162.hpp"

// The limit of SNMP polling: one blocking socket, sendmmsg and recvmmsg of 64, 256 questions under way, every value decoded against the
// names learned from the first answer. Nothing is scheduled, nothing is lost, nothing allocated.
namespace holdup::bench {

class MmsgPoller {
 public:
  MmsgPoller(std::size_t devices, std::uint16_t port) : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    const int bytes = 4 << 20;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    for (std::size_t d = 0; d < devices; ++d) addresses_.push_back(address_of(d, port));
    for (std::size_t q = 0; q < questions; ++q) questions_[q] = question(q);
    for (std::size_t i = 0; i < batch; ++i) {
      in_[i].msg_hdr = header(&from_[i], &received_[i]);
      out_[i].msg_hdr = header(nullptr, &sent_[i]);
      received_[i] = {answers_[i].data(), answers_[i].size()};
    }
  }
  ~MmsgPoller() { ::close(socket_); }
  MmsgPoller(const MmsgPoller&) = delete;
  MmsgPoller& operator=(const MmsgPoller&) = delete;

  /// Every device once; the values decoded.
  std::size_t poll() {
    const auto all = addresses_.size() * questions;
    std::size_t asked = 0, answered = 0, values = 0;
    while (answered < all) {
      while (asked < all && asked - answered < under_way) asked += send(asked, std::min(batch, all - asked));
      const int count = ::recvmmsg(socket_, in_.data(), batch, MSG_WAITFORONE, nullptr);
      if (count <= 0) fail("recvmmsg");
      for (int i = 0; i < count; ++i) values += take(answers_[i].data(), in_[i].msg_len);
      answered += static_cast<std::size_t>(count);
    }
    return values;
  }
  [[nodiscard]] std::int64_t value(std::size_t question, std::size_t place) const { return values_[question][place]; }

 private:
  static constexpr std::size_t batch = 64, under_way = 256;
  using Byte = const std::uint8_t*;

  static msghdr header(sockaddr_in* address, iovec* bytes) {
    msghdr out{};
    out.msg_name = address;
    out.msg_namelen = sizeof(sockaddr_in);
    out.msg_iov = bytes;
    out.msg_iovlen = 1;
    return out;
  }
  [[noreturn]] static void fail(const char* what) { throw std::system_error{errno, std::generic_category(), what}; }
  static void expect(bool fact) {
    if (!fact) throw std::runtime_error{"an answer that was not asked for"};
  }

  std::size_t send(std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto& question = questions_[(first + i) % questions];
      std::memcpy(asks_[i].data(), question.bytes.data(), question.bytes.size());
      const auto id = htonl(0x40000000u | static_cast<std::uint32_t>(first + i));
      std::memcpy(asks_[i].data() + question.id_at, &id, sizeof id);
      sent_[i] = {asks_[i].data(), question.bytes.size()};
      out_[i].msg_hdr.msg_name = &addresses_[(first + i) / questions];
    }
    const int sent = ::sendmmsg(socket_, out_.data(), static_cast<unsigned>(count), 0);
    if (sent <= 0) fail("sendmmsg");
    return static_cast<std::size_t>(sent);
  }

  /// Takes the header of an element off the front; its content's size.
  static std::size_t open(Byte& at, Byte end, std::uint8_t tag) {
    expect(end - at >= 2 && *at++ == tag);
    std::size_t size = *at++;
    if (size >= 0x80) {
      const auto bytes = size & 0x7F;
      expect(bytes <= 3 && static_cast<std::size_t>(end - at) >= bytes);
      size = 0;
      for (std::size_t i = 0; i < bytes; ++i) size = size << 8 | *at++;
    }
    expect(static_cast<std::size_t>(end - at) >= size);
    return size;
  }
  static std::int64_t whole(Byte& at, Byte end, std::uint8_t tag) {
    const auto size = open(at, end, tag);
    std::int64_t out = tag == 0x02 && size > 0 && (*at & 0x80) != 0 ? -1 : 0;
    for (std::size_t i = 0; i < size; ++i) out = static_cast<std::int64_t>(static_cast<std::uint64_t>(out) << 8 | *at++);
    return out;
  }

  std::size_t take(Byte at, std::size_t size) {
    const Byte end = at + size;
    (void)open(at, end, 0x30);
    expect(whole(at, end, 0x02) == 1);
    const auto community = open(at, end, 0x04);
    expect(community == 6 && std::memcmp(at, "public", 6) == 0);
    at += community;
    (void)open(at, end, 0xA2);
    const auto id = static_cast<std::uint32_t>(whole(at, end, 0x02)) & 0x3FFFFFFF;
    expect(whole(at, end, 0x02) == 0);
    (void)whole(at, end, 0x02);
    (void)open(at, end, 0x30);
    return take_list(at, end, id % questions);
  }

  std::size_t take_list(Byte at, Byte end, std::size_t question) {
    auto& names = names_[question];
    const bool learn = names.empty();
    std::size_t place = 0;
    for (; at < end; ++place) {
      (void)open(at, end, 0x30);
      if (learn) {
        Byte name = at;
        const auto size = open(name, end, 0x06);
        names.emplace_back(at, name + size);
      }
      expect(place < names.size());
      const auto& known = names[place];
      expect(static_cast<std::size_t>(end - at) > known.size() && std::memcmp(at, known.data(), known.size()) == 0);
      at += known.size();
      values_[question][place] = whole(at, end, *at);
    }
    return place;
  }

  int socket_;
  std::vector<sockaddr_in> addresses_;
  std::array<Question, questions> questions_;
  std::array<std::vector<std::string>, questions> names_;
  std::array<std::array<std::int64_t, 48>, questions> values_{};
  std::array<std::array<char, 512>, batch> asks_{};
  std::array<std::array<std::uint8_t, 2048>, batch> answers_{};
  std::array<sockaddr_in, batch> from_{};
  std::array<iovec, batch> sent_{}, received_{};
  std::array<mmsghdr, batch> out_{}, in_{};
};

}  // namespace holdup::bench
