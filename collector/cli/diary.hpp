#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "ground/problem.hpp"
#include "store/store.hpp"

// What the daemon notes of itself in the store's audit records: start, stop, reload, a damaged file set aside. Used by `run`, from any of
// its threads; what comes before the store is open waits.
namespace holdup::cli {

class Diary {
 public:
  void started(const std::string& site_file);
  void stopped() { note("stop", "{}"); }
  void reloaded(const ground::Problems& problems);
  void set_aside(const store::SetAside& damaged);

  /// From now on records go there.
  void open(store::Store& store);

 private:
  void note(std::string action, std::string json);

  std::mutex mutex_;
  store::Store* store_ = nullptr;
  std::vector<record::Audit> waiting_;
};

}  // namespace holdup::cli
