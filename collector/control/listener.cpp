#include "collector/control/listener.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "collector/control/request_text.hpp"

namespace holdup::control {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_request = 64 * 1024;
constexpr time_t request_seconds = 2;  // whoever is slower lets others wait
constexpr auto patience = 10s;         // of the core and the disk
constexpr int waiting = 16;            // connections

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

bool is_listened_to(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answered = probe >= 0 && ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (probe >= 0) ::close(probe);
  return answered;
}

/// One line without its end; nothing when it does not come, or is too long.
std::optional<std::string> line_of(int connection) {
  std::string in;
  std::array<char, 4096> piece{};
  while (in.size() < longest_request) {
    const auto got = ::recv(connection, piece.data(), piece.size(), 0);
    if (got <= 0) return std::nullopt;
    in.append(piece.data(), static_cast<std::size_t>(got));
    if (const auto end = in.find('\n'); end != std::string::npos) return in.substr(0, end);
  }
  return std::nullopt;
}

void send(int connection, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string wrong(std::string what) {
  return answer_text({.ticket = 0, .outcome = core::Answer::Outcome::wrong, .text = std::move(what), .event = {}}, false);
}

}  // namespace

ground::Result<std::unique_ptr<Listener>> Listener::open(Options options, Hand hand) {
  std::unique_ptr<Listener> listener{new Listener{std::move(options), std::move(hand)}};
  if (auto why = listener->bind()) return ground::Failure{ground::FailureKind::refused, listener->options_.path + ": " + *why};
  listener->thread_ = std::thread{[raw = listener.get()] { raw->serve(); }};
  return listener;
}

std::optional<std::string> Listener::bind() {
  const auto failed = [] { return std::optional<std::string>{std::strerror(errno)}; };
  const auto& path = options_.path;
  const auto address = address_of(path);
  if (path.size() >= sizeof address.sun_path) return "longer than a socket's path may be; write control: {socket: PATH}";
  if (!options_.group.empty() && !(group_ = group_of(options_.group))) return "no group '" + options_.group + "'";
  if (is_listened_to(address)) return "another daemon listens there";
  struct stat about {};
  if (::lstat(path.c_str(), &about) == 0) {
    if (!S_ISSOCK(about.st_mode)) return "there is something else";
    ::unlink(path.c_str());  // of a daemon that was killed
  }
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  if (socket_ < 0 || wake_ < 0 || ::fchmod(socket_, 0600) != 0) return failed();  // until its group is set nobody else comes in
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return failed();
  bound_ = true;
  if (group_ && ::chown(path.c_str(), static_cast<uid_t>(-1), *group_) != 0) return failed();
  if (::chmod(path.c_str(), 0660) != 0 || ::listen(socket_, waiting) != 0) return failed();
  return std::nullopt;
}

Listener::~Listener() {
  stop();
  for (const int fd : {socket_, wake_})
    if (fd >= 0) ::close(fd);
}

void Listener::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (wake_ >= 0) (void)::eventfd_write(wake_, 1);
  if (thread_.joinable()) thread_.join();
  if (std::exchange(bound_, false)) ::unlink(options_.path.c_str());
}

void Listener::serve() {
  while (true) {
    std::array<pollfd, 2> waits{{{socket_, POLLIN, 0}, {wake_, POLLIN, 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    const int connection = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) continue;
    const timeval limit{.tv_sec = request_seconds, .tv_usec = 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    send(connection, reply_to(connection));
    ::close(connection);
  }
}

std::string Listener::reply_to(int connection) {
  const auto peer = peer_of(connection);
  if (!peer || !may_ask(*peer, group_)) return denial_text("only root, the daemon's user and its group may ask");
  const auto line = line_of(connection);
  return line ? ask(*peer, *line) : wrong("no whole line");
}

std::string Listener::ask(const Peer& peer, std::string_view line) {
  std::optional<Tokens> tokens;
  if (!options_.tokens_file.empty() && line.find("handsoff") != std::string_view::npos) {
    auto read = Tokens::read(options_.tokens_file);  // anew each time: who leaves the file loses their say
    if (!read) return wrong(read.error().what);
    tokens = std::move(*read);
  }
  auto request = request_of(line, tokens ? &*tokens : nullptr);
  if (!request) return wrong(request.error().what);
  std::unique_lock lock{mutex_};
  if (stopping_) return wrong("the daemon stops");
  answer_.reset();
  durable_ = false;
  const auto ticket = ++ticket_;
  lock.unlock();
  hand_({.ticket = ticket, .who = peer.text(), .request = std::move(*request)});
  lock.lock();
  const auto settled = [this] { return stopping_ || (answer_ && (answer_->event.empty() || !options_.stored || durable_)); };
  changed_.wait_for(lock, patience, settled);
  return answer_ ? answer_text(*answer_, durable_) : wrong("no answer in time");
}

void Listener::answer(const core::Answer& answer) {
  const std::lock_guard lock{mutex_};
  if (answer.ticket != ticket_ || answer_) return;
  answer_ = answer;
  changed_.notify_all();
}

void Listener::durable(const std::vector<std::string>& ids) {
  const std::lock_guard lock{mutex_};
  if (!answer_ || std::ranges::find(ids, answer_->event) == ids.end()) return;
  durable_ = true;
  changed_.notify_all();
}

}  // namespace holdup::control
