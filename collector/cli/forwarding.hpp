#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "collector/forward/forwarder.hpp"
#include "collector/site/site.hpp"
#include "ground/problem.hpp"
#include "store/store.hpp"

// Remote write as the site file has it: its targets with the secrets and certificates of their files, and the forwarder that runs for
// them in the daemon.
namespace holdup::cli {

/// Files are relative to the site file's folder. Secrets that others can read are refused.
[[nodiscard]] std::vector<forward::Target> targets_of(const site::Site& site, const std::string& site_file, ground::Problems& problems);

/// The daemon's forwarder, made anew when its targets or what is in their files change. Any thread may ask.
class Forwarding {
 public:
  void set(const std::vector<forward::Target>& targets, const std::string& store_path, store::Store* store);
  [[nodiscard]] std::vector<forward::Figures> figures() const;

 private:
  mutable std::mutex mutex_;  // of what follows, never held while a forwarder starts or ends
  std::vector<forward::Target> targets_;
  std::unique_ptr<forward::Forwarder> forwarder_;
};

}  // namespace holdup::cli
