#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/cli/configuration.hpp"
#include "collector/cli/daemon_client.hpp"
#include "drivers/profile/files/profile_files.hpp"

// The verbs of `holdup`: a file a verb, with what the command line may say to it. command_line.cpp reads that line; each verb performs
// itself and returns the exit code.
namespace holdup::cli {

inline constexpr std::string_view version = "0.1.0";

enum ExitCode : int { fine = 0, problem_found = 1, usage = 2, refused = 3, cannot_know = 4 };

/// Where `status`, `events` and `query` look: a running daemon, or a store file.
struct Source {
  std::string url{default_url};
  std::string store;  // empty: the daemon
};

/// Of firmware profiles, each laid over the one before.
using Folders = std::vector<std::string>;

struct RunOptions {
  std::string path;
  Folders profiles = profile::default_folders();
};
struct CheckOptions {
  std::string path;
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct ProbeOptions {
  std::string url, community = "public", community_file, v3_file, profile, timeout = "60s";
  Folders profiles = profile::default_folders();
  bool explain = false, json = false;
};
struct StatusOptions {
  Source source;
  bool watch = false, json = false;
};
struct EventsOptions {
  Source source;
  bool follow = false, json = false;
};
struct QueryOptions {
  Source source;
  std::string expression, time, from, to, step;
  bool json = false;
};
struct ExportOptions {
  std::string store, format = "csv", from, to, resolution, out;
  std::vector<std::string> matches;
  bool json = false;
};
struct ReplayOptions {
  std::string store, from, to;
  std::vector<std::string> rules;  // files and patterns
  bool pending = false, json = false;
};
struct DbVerifyOptions {
  std::string path;
  bool json = false;
};
struct DbBackupOptions {
  std::string path, to;
  bool json = false;
};
struct DbCompactOptions {
  std::string path;
  bool json = false;
};
struct AuditLogOptions {
  std::string store;
  bool verify = false, json = false;
};
struct AttestOptions {
  std::string url{default_url}, element, by, reason;
  bool json = false;
};
struct MaintenanceAddOptions {
  std::string url{default_url}, element, intent = "work", owner, reason, length = "1h";
  bool json = false;
};
struct MaintenanceListOptions {
  std::string url{default_url};
  bool json = false;
};
struct MaintenanceEndOptions {
  std::string url{default_url}, id, by;
  bool json = false;
};
struct HandsOffOptions {
  std::string url{default_url}, by, token_file;
  bool json = false;
};
struct CommissionOptions {
  std::string url{default_url}, by, length = "30min", wait = "60s";
  std::vector<std::string> elements;  // none: every supply
  bool list = false, json = false;
};
struct VerifyOptions {
  std::string url{default_url}, element;
  bool json = false;
};
struct ExplainOptions {
  Source source;
  std::string id;
  bool json = false;
};
struct IncidentExportOptions {
  std::string store, id, to;
  bool json = false;
};
struct DrillOptions {
  std::vector<std::string> scenarios;  // files, and folders of them
  unsigned seeds = 0;                  // of a restless network, one after the other, after the run as written
  std::optional<unsigned> only;        // play this one of them alone, and tell all of it
  std::string table;                   // file to write; empty: none
  std::string prefailure;              // the same: what rules warned of
  unsigned jobs = 0;                   // files that are played at a time; 0: one a core
  Folders profiles = profile::default_folders();
  bool json = false;
};

struct ProfileListOptions {
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct ProfileShowOptions {
  std::string name;
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct ProfileCheckOptions {
  Folders paths;  // folders to check, laid over the others
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct ProfileTestOptions {
  std::string recording, profile;  // profile: empty: those that fit
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct ScanOptions {
  std::string range, community = "public", community_file, v3_file, version = "2c", rate = "5", timeout = "2s";
  std::uint16_t port = 161;
  bool json = false;
};
struct WhatifOptions {
  std::string path, lose, url, store;  // neither url nor store: on paper only
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct CoverageOptions {
  std::string path, url{default_url};  // no path: of the running daemon
  Folders profiles = profile::default_folders();
  bool json = false;
};
struct GuardOptions {
  std::string url{default_url}, element, intent = "work", owner, reason = "guarded work", length = "2h";
  bool once = false, json = false;
};
struct RulesCheckOptions {
  std::vector<std::string> files;
  bool json = false;
};
struct RulesTestOptions {
  std::vector<std::string> files;
  bool json = false;
};
struct ImportOptions {
  std::string csv, rack;
  bool json = false;
};

[[nodiscard]] int run(const RunOptions& options);
[[nodiscard]] int check(const CheckOptions& options);
[[nodiscard]] int probe(const ProbeOptions& options);
[[nodiscard]] int status(const StatusOptions& options);
[[nodiscard]] int events(const EventsOptions& options);
[[nodiscard]] int query(const QueryOptions& options);
[[nodiscard]] int export_samples(const ExportOptions& options);
[[nodiscard]] int replay(const ReplayOptions& options);
[[nodiscard]] int db_verify(const DbVerifyOptions& options);
[[nodiscard]] int db_backup(const DbBackupOptions& options);
[[nodiscard]] int db_compact(const DbCompactOptions& options);
[[nodiscard]] int audit_log(const AuditLogOptions& options);
[[nodiscard]] int attest(const AttestOptions& options);
[[nodiscard]] int maintenance_add(const MaintenanceAddOptions& options);
[[nodiscard]] int maintenance_list(const MaintenanceListOptions& options);
[[nodiscard]] int maintenance_end(const MaintenanceEndOptions& options);
[[nodiscard]] int handsoff_start(const HandsOffOptions& options);
[[nodiscard]] int handsoff_end(const HandsOffOptions& options);
[[nodiscard]] int commission(const CommissionOptions& options);
[[nodiscard]] int verify(const VerifyOptions& options);
[[nodiscard]] int explain(const ExplainOptions& options);
[[nodiscard]] int incident_export(const IncidentExportOptions& options);
[[nodiscard]] int drill(const DrillOptions& options);
[[nodiscard]] int scan(const ScanOptions& options);
[[nodiscard]] int guard(const GuardOptions& options);
[[nodiscard]] int coverage_of_rack(const CoverageOptions& options);
[[nodiscard]] int whatif(const WhatifOptions& options);
[[nodiscard]] int rules_check(const RulesCheckOptions& options);
[[nodiscard]] int rules_test(const RulesTestOptions& options);
[[nodiscard]] int import_sheet(const ImportOptions& options);
[[nodiscard]] int profile_list(const ProfileListOptions& options);
[[nodiscard]] int profile_show(const ProfileShowOptions& options);
[[nodiscard]] int profile_check(const ProfileCheckOptions& options);
[[nodiscard]] int profile_test(const ProfileTestOptions& options);

}  // namespace holdup::cli
