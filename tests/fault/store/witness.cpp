#include "witness.hpp"

#include <stdlib.h>

#include <chrono>
#include <stdexcept>

#include "disk.hpp"

namespace holdup::store::fault {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

Folder::Folder(Where where) {
  std::error_code code;
  const fs::path memory{"/dev/shm"};
  const fs::path above = where == Where::memory && fs::is_directory(memory, code) ? memory : fs::temp_directory_path();
  std::string name = (above / "holdup-fault-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
  path_ = name;
}

Folder::~Folder() {
  std::error_code code;
  fs::remove_all(path_, code);
}

void Folder::clear() const {
  for (const auto& entry : fs::directory_iterator{path_}) fs::remove_all(entry.path());
}

void Witness::durable(std::vector<record::Event> events) {
  const std::lock_guard lock{mutex_};
  for (const auto& event : events) life_.acknowledged.push_back(event.id);
  remember();
}

void Witness::degraded(bool is, const std::string&) {
  const std::lock_guard lock{mutex_};
  degradations_ += is && !degraded_;
  degraded_ = is;
  changed_.notify_all();
}

void Witness::set_aside(const SetAside& damaged) {
  const std::lock_guard lock{mutex_};
  aside_.push_back(damaged);
}

void Witness::committed(const Commit& commit) {
  const std::lock_guard lock{mutex_};
  life_.samples += commit.samples;
  remember();
}

void Witness::note_audits(std::size_t count) {
  const std::lock_guard lock{mutex_};
  life_.audits = count;
  remember();
}

void Witness::remember() {
  Disk::installed().mark();
  known_.push_back({life_.acknowledged.size(), life_.samples, life_.audits});
}

bool Witness::await_degradation() {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, 20s, [&] { return degradations_ > 0; });
}

bool Witness::await_recovery() {
  std::unique_lock lock{mutex_};
  return changed_.wait_for(lock, 20s, [&] { return !degraded_; });
}

Life Witness::life() const {
  const std::lock_guard lock{mutex_};
  return life_;
}

Life Witness::life_at(std::size_t marks) const {
  const std::lock_guard lock{mutex_};
  Life out = life_;
  const Known known = marks == 0 ? Known{} : known_.at(marks - 1);
  out.acknowledged.resize(known.acknowledged);
  out.samples = known.samples;
  out.audits = known.audits;
  return out;
}

std::size_t Witness::marks() const {
  const std::lock_guard lock{mutex_};
  return known_.size();
}

std::vector<SetAside> Witness::aside() const {
  const std::lock_guard lock{mutex_};
  return aside_;
}

Options options(const std::string& path, unsigned life) {
  Options out{.path = path, .boot = boot_of(life), .sample_period = 1ms, .first_retry = 1ms, .last_retry = 4ms};
  out.bounds.samples_span = 24h;  // the rack's time runs fast
  out.retention.raw = kept;
  out.retention.pace = 1'000'000'000;
  out.seal_after = 8;
  return out;
}

void live(Store& store, Witness& witness, const Script& script) {
  const unsigned life = witness.life().number;
  std::size_t audits = 0;
  for (std::size_t round = 1, batch = 1; round <= script.rounds; ++round) {
    if (!store.append(event_of(life, round))) return;
    for (std::size_t i = 0; i < script.batches_a_round && batch <= most_batches; ++i) store.append(batch_of(life, batch++));
    if (round % 3 == 0) store.set({"forward", static_cast<std::int64_t>(round)});
    if (round % 3 == 2 && !store.append(audit_of(life, ++audits))) return;
    if (round % 4 == 1 && !store.put(blob_of(life, round))) return;
    if (round % 2 == 0 && store.flush()) witness.note_audits(audits);
  }
}

bool settle(Store& store) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  do {
    if (store.flush()) return true;
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

}  // namespace holdup::store::fault
