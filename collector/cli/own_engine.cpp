#include "collector/cli/own_engine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace holdup::cli {
namespace {

bool may_hear_informs(const Configuration& configuration) {
  const auto speaks_v3 = [](const drivers::Access& access) { return access.credential != nullptr; };
  return !configuration.site.traps_listen.empty() && std::any_of(configuration.accesses.begin(), configuration.accesses.end(), speaks_v3);
}

std::string path_of(const site::Site& site) {
  if (!site.traps_engine_file.empty() || site.store_path.empty()) return site.traps_engine_file;
  return site.store_path + ".engine";
}

}  // namespace

std::optional<drivers::EngineBoots> OwnEngine::of(const Configuration& configuration) {
  if (!may_hear_informs(configuration)) return engine_;
  const auto path = path_of(configuration.site);
  if (engine_ && path != path_) spdlog::warn("engine_file_unchanged: a new path needs a restart");
  if (engine_) return engine_;
  if (path.empty()) return spdlog::warn("informs_not_answered snmp=3 reason=\"no file to count starts in\""), engine_;
  auto counted = drivers::EngineBoots::count_start(path);
  if (!counted) return spdlog::error("informs_not_answered snmp=3 reason=\"{}\"", counted.error().what), engine_;
  spdlog::info("snmp_engine_started engine={} boots={}", v3::hex(counted->id), counted->boots);
  engine_ = *counted;
  path_ = path;
  return engine_;
}

}  // namespace holdup::cli
