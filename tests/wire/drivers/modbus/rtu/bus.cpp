#include "bus.hpp"

#include <fcntl.h>
#include <modbus/modbus.h>
#include <poll.h>
#include <pty.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace holdup::rtu::test {
namespace {

using namespace std::chrono_literals;

Raw good_answer(std::span<const std::uint8_t> question, int more = 0) {
  const int address = question[2] << 8 | question[3], count = (question[4] << 8 | question[5]) + more;
  Raw out{question[0], question[1], static_cast<std::uint8_t>(2 * count)};
  for (int n = address; n < address + count; ++n) out.insert(out.end(), {question[0], static_cast<std::uint8_t>(n)});
  return closed(out);
}

Raw joined(Raw a, const Raw& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Raw reply(std::span<const std::uint8_t> question, Manner manner) {
  Raw out = good_answer(question);
  const auto resealed = [&out] { return closed({out.begin(), out.end() - 2}); };
  switch (manner) {
    case Manner::wrong_unit:
      ++out[0];
      return resealed();
    case Manner::wrong_function:
      out[1] ^= 7;
      return resealed();
    case Manner::bad_crc:
      out.back() ^= 1;
      return out;
    case Manner::garbage:
      return joined({0xFF, question[0], 0x00, question[0], question[1], 0xFA, 0xFE}, out);
    case Manner::too_long:
      return good_answer(question, 2);
    case Manner::too_short:
      return good_answer(question, -2);
    case Manner::exception:
      return closed({question[0], static_cast<std::uint8_t>(question[1] | 0x80), 2});
    case Manner::twice:
      return joined(out, out);
    default:
      return out;
  }
}

}  // namespace

Raw closed(Raw bytes) {
  unsigned code = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    code ^= byte;
    for (int bit = 0; bit < 8; ++bit) code = code & 1 ? code >> 1 ^ 0xA001u : code >> 1;
  }
  bytes.push_back(static_cast<std::uint8_t>(code));
  bytes.push_back(static_cast<std::uint8_t>(code >> 8));
  return bytes;
}

Pty::Pty() {
  std::string folder = (std::filesystem::temp_directory_path() / "holdup-line-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error{"no folder for the line"};
  folder_ = folder;
  plug();
}

Pty::~Pty() {
  unplug();
  std::filesystem::remove_all(folder_);
}

void Pty::plug() {
  std::array<char, 64> name{};
  termios raw{};
  ::cfmakeraw(&raw);
  raw.c_cflag |= CREAD | CS8;
  if (::openpty(&master_, &slave_, name.data(), &raw, nullptr) != 0) throw std::runtime_error{"no pty"};
  ::fcntl(master_, F_SETFL, O_NONBLOCK);
  std::filesystem::remove(path());
  std::filesystem::create_symlink(name.data(), path());
}

void Pty::unplug() {
  if (master_ < 0) return;
  ::close(master_);
  ::close(slave_);
  master_ = slave_ = -1;
  std::filesystem::remove(path());
}

Bus::Bus(std::map<std::uint8_t, Manner> units)
    : wake_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)}, units_{std::move(units)}, thread_{[this] { serve(); }} {}

Bus::~Bus() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  ring();
  thread_.join();
  ::close(wake_);
}

void Bus::ring() const { ::eventfd_write(wake_, 1); }

void Bus::plug() {
  {
    const std::lock_guard lock{mutex_};
    pty_.plug();
    plugged_ = true;
  }
  ring();
}

void Bus::unplug() {
  const std::lock_guard lock{mutex_};
  pty_.unplug();
  plugged_ = false;
  begun_.clear();
  outputs_.clear();
}

void Bus::echo() {
  const std::lock_guard lock{mutex_};
  echo_ = true;
}

void Bus::say(std::span<const std::uint8_t> bytes) {
  const std::lock_guard lock{mutex_};
  (void)!::write(pty_.master(), bytes.data(), bytes.size());
}

Raw Bus::came_in() const {
  const std::lock_guard lock{mutex_};
  return came_;
}

int Bus::asked(std::uint8_t unit) const {
  const std::lock_guard lock{mutex_};
  const auto found = asked_.find(unit);
  return found == asked_.end() ? 0 : found->second;
}

std::chrono::nanoseconds Bus::shortest_silence() const {
  const std::lock_guard lock{mutex_};
  return shortest_silence_;
}

/// Milliseconds to the next output.
int Bus::wait_time() const {
  if (outputs_.empty()) return 200;
  const auto first = std::ranges::min_element(outputs_, {}, &Output::at)->at;
  return static_cast<int>(std::clamp<std::int64_t>(std::chrono::ceil<std::chrono::milliseconds>(first - Clock::now()).count(), 0, 200));
}

void Bus::serve() {
  std::array<std::uint8_t, 256> bytes{};
  for (;;) {
    pollfd both[] = {{-1, POLLIN, 0}, {wake_, POLLIN, 0}};
    int left = 0;
    {
      const std::lock_guard lock{mutex_};
      if (stop_) return;
      if (plugged_) both[0].fd = ::fcntl(pty_.master(), F_DUPFD_CLOEXEC, 0);
      left = wait_time();
    }
    ::poll(both, 2, left);
    if (both[0].fd >= 0) ::close(both[0].fd);
    eventfd_t rung = 0;
    if (both[1].revents) ::eventfd_read(wake_, &rung);
    const std::lock_guard lock{mutex_};
    if (!plugged_) continue;
    const auto came = ::read(pty_.master(), bytes.data(), bytes.size());
    if (came > 0) take({bytes.data(), static_cast<std::size_t>(came)});
    send_due();
  }
}

void Bus::take(std::span<const std::uint8_t> bytes) {
  if (spoke_) shortest_silence_ = std::min<std::chrono::nanoseconds>(shortest_silence_, Clock::now() - *spoke_);
  came_.insert(came_.end(), bytes.begin(), bytes.end());
  if (echo_) (void)!::write(pty_.master(), bytes.data(), bytes.size());
  begun_.insert(begun_.end(), bytes.begin(), bytes.end());
  while (begun_.size() >= 8) {  // every question of these tests is as long
    const Raw question{begun_.begin(), begun_.begin() + 8};
    begun_.erase(begun_.begin(), begun_.begin() + 8);
    answer(question);
  }
}

void Bus::answer(std::span<const std::uint8_t> question) {
  const auto unit = units_.find(question[0]);
  const int nth = ++asked_[question[0]];
  if (unit == units_.end() || unit->second == Manner::mute) return;
  const Manner manner = unit->second;
  const Raw bytes = reply(question, manner);
  const auto now = Clock::now();
  if (manner == Manner::drip) {
    for (std::size_t at = 0; at < bytes.size(); ++at) outputs_.push_back({now + at * 50ms, {bytes[at]}});
  } else if (manner == Manner::gaps) {
    const auto half = bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2);
    outputs_.push_back({now, {bytes.begin(), half}});
    outputs_.push_back({now + 30ms, {half, bytes.end()}});
  } else if (manner == Manner::false_start) {
    if (nth == 1) outputs_.push_back({now, {question[0], question[1], 2, 0x55, 0x55, 0x55, 0x55}});
    outputs_.push_back({now + 100ms, bytes});
  } else if (manner == Manner::late && nth == 1) {
    for (std::size_t at = 0; at < bytes.size(); ++at) outputs_.push_back({now + 400ms + at * 1ms, {bytes[at]}});
  } else {
    outputs_.push_back({now, bytes});
  }
}

void Bus::send_due() {
  const auto now = Clock::now();
  std::ranges::stable_sort(outputs_, {}, &Output::at);
  while (!outputs_.empty() && outputs_.front().at <= now) {
    (void)!::write(pty_.master(), outputs_.front().bytes.data(), outputs_.front().bytes.size());
    outputs_.erase(outputs_.begin());
    spoke_ = now;
  }
}

StockUnit::StockUnit(std::vector<std::uint16_t> registers)
    : registers_{std::move(registers)}, stop_{::eventfd(0, EFD_CLOEXEC)}, thread_{[this] { serve(); }} {}

StockUnit::~StockUnit() {
  ::eventfd_write(stop_, 1);
  thread_.join();
  ::close(stop_);
}

void StockUnit::serve() {
  const std::unique_ptr<modbus_t, void (*)(modbus_t*)> context{modbus_new_rtu("/dev/null", 19200, 'E', 8, 1), modbus_free};
  modbus_set_slave(context.get(), 1);
  modbus_set_socket(context.get(), pty_.master());
  modbus_set_slave(context.get(), 1);
  // Without these it takes a question to another unit for the beginning of that unit's answer, and eats the next question.
  modbus_set_response_timeout(context.get(), 0, 50'000);
  modbus_set_byte_timeout(context.get(), 0, 20'000);
  modbus_set_error_recovery(context.get(), MODBUS_ERROR_RECOVERY_PROTOCOL);
  modbus_mapping_t mapping{};
  mapping.nb_registers = static_cast<int>(registers_.size());
  mapping.tab_registers = registers_.data();
  std::array<std::uint8_t, MODBUS_RTU_MAX_ADU_LENGTH> request{};
  for (;;) {
    pollfd both[] = {{pty_.master(), POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents) return;
    const int size = modbus_receive(context.get(), request.data());
    if (size == 0) (void)modbus_receive(context.get(), request.data());  // for another unit, whose answer it waits for
    if (size <= 0) continue;
    ++(request[1] <= 4 || request[1] == 0x2B ? reads_ : writes_);
    modbus_reply(context.get(), request.data(), size, &mapping);
  }
}

}  // namespace holdup::rtu::test
