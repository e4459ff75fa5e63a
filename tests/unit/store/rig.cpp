#include "rig.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>

namespace holdup::store::test {

using namespace std::chrono_literals;

Folder::Folder(On on) {
  const std::filesystem::path memory{"/dev/shm"};
  const auto above = on == On::memory && ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  std::string name = (above / "holdup-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  path_ = name;
}

Folder::~Folder() {
  std::error_code code;
  std::filesystem::remove_all(path_, code);
}

void Memory::durable(std::vector<record::Event> events) {
  const std::lock_guard lock{mutex_};
  durable_.insert(durable_.end(), events.begin(), events.end());
  changed_.notify_all();
}

void Memory::degraded(bool is, const std::string& reason) {
  const std::lock_guard lock{mutex_};
  degraded_ = is;
  reason_ = reason;
  changed_.notify_all();
}

void Memory::set_aside(const SetAside& damaged) {
  const std::lock_guard lock{mutex_};
  aside_.push_back(damaged);
}

void Memory::lost(const Loss& loss) {
  const std::lock_guard lock{mutex_};
  losses_.push_back(loss);
}

bool Memory::await_degraded(bool wanted) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, 10s, [&] { return degraded_ == wanted; });
}

bool Memory::await_durable(std::size_t count) {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, 10s, [&] { return durable_.size() >= count; });
}

std::vector<record::Event> Memory::told() const {
  const std::lock_guard lock{mutex_};
  return durable_;
}

std::vector<std::string> Memory::told_ids() const {
  std::vector<std::string> ids;
  for (const auto& event : told()) ids.push_back(event.id);
  return ids;
}

std::vector<SetAside> Memory::aside() const {
  const std::lock_guard lock{mutex_};
  return aside_;
}

std::vector<Loss> Memory::losses() const {
  const std::lock_guard lock{mutex_};
  return losses_;
}

std::string Memory::reason() const {
  const std::lock_guard lock{mutex_};
  return reason_;
}

record::Event event(int n) {
  const std::string id = "3f2a91c0-" + std::to_string(n);
  return {.id = id,
          .incident = "3f2a91c0-1",
          .boot = "3f2a91c0",
          .at = ground::Instant{std::chrono::milliseconds{n} + 7ns},
          .time = at_second(n) + 123'456'789ns,
          .uncertainty = 20ms,
          .verdict = "supply_input_lost",
          .strength = "proven",
          .element = "cab1/psu1",
          .cause = "cab1/psu1",
          .evidence = {{.source = "device/shelf-psu1", .point = "silence", .quality = "failed", .time = at_second(n), .uncertainty = 5ms}}};
}

record::Audit audit(int n) {
  return {.time = at_second(n) + 7ns,
          .boot = "3f2a91c0",
          .at = ground::Instant{std::chrono::seconds{n}},
          .actor = "uid 1000 (alice)",
          .action = "reload",
          .json = "{\"n\":" + std::to_string(n) + "}"};
}

record::Event stored(record::Event event) {
  event.durable = true;
  return event;
}

record::Batch batch(int second, const std::vector<double>& values, Born born) {
  record::Batch out{.at = ground::Instant{std::chrono::seconds{second}}, .time = at_second(second)};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto id = static_cast<record::SeriesId>(i + 1);
    if (born == Born::yes)
      out.born.emplace_back(id, record::Series{"rack_current_amperes", {{"device", "pdu-a"}, {"index", std::to_string(id)}}});
    out.samples.push_back({id, values[i], ground::Quality::good});
  }
  return out;
}

ground::Utc at_second(int second) { return ground::Utc{std::chrono::seconds{1'795'000'000 + second}}; }

Options options(const std::string& path) { return {.path = path, .boot = "3f2a91c0", .first_retry = 5ms, .last_retry = 20ms}; }

ground::Result<Store> open_store(const std::string& path, Listener& listener) { return Store::open(options(path), listener); }

FullDisk::FullDisk(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  ::getrlimit(RLIMIT_FSIZE, &before_);
  const rlimit limit{bytes, before_.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

FullDisk::~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

}  // namespace holdup::store::test
