#pragma once

#include <sys/resource.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "store/store.hpp"

// What the store's tests share: a folder of their own that goes away, a listener that remembers, and events to append.
namespace holdup::store::test {

class Folder {
 public:
  enum class On { disk, memory };  // memory: for those who commit thousands of times, and no sync is looked at
  explicit Folder(On on = On::disk);
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder();
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Memory final : public Listener {
 public:
  void durable(std::vector<record::Event> events) override;
  void degraded(bool is, const std::string& reason) override;
  void set_aside(const SetAside& damaged) override;
  void lost(const Loss& loss) override;

  /// Waits until the store says so; false after ten seconds.
  [[nodiscard]] bool await_degraded(bool wanted);
  [[nodiscard]] bool await_durable(std::size_t count);
  [[nodiscard]] std::vector<record::Event> told() const;
  [[nodiscard]] std::vector<std::string> told_ids() const;
  [[nodiscard]] std::vector<SetAside> aside() const;
  [[nodiscard]] std::vector<Loss> losses() const;
  [[nodiscard]] std::string reason() const;

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<record::Event> durable_;
  std::vector<SetAside> aside_;
  std::vector<Loss> losses_;
  bool degraded_ = false;
  std::string reason_;
};

/// No file of this process grows over so many bytes while it lives: what a full disk does to a write.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes);
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk();

 private:
  rlimit before_{};
};

[[nodiscard]] record::Event event(int n);
[[nodiscard]] record::Audit audit(int n);
/// As it reads back.
[[nodiscard]] record::Event stored(record::Event event);
/// One sample for each value, of series 1, 2, … of pdu-a; `second` is its time. The first batch of a run must declare them.
enum class Born { yes, no };
[[nodiscard]] record::Batch batch(int second, const std::vector<double>& values, Born born);
[[nodiscard]] ground::Utc at_second(int second);
[[nodiscard]] Options options(const std::string& path);
[[nodiscard]] ground::Result<Store> open_store(const std::string& path, Listener& listener);

}  // namespace holdup::store::test
