#include "collector/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "collector/cli/verbs.hpp"

// The whole grammar of `holdup`, in the order that --help shows. Only this file includes CLI11: it costs ten seconds wherever it stands.
namespace holdup::cli {
namespace {

void add_profiles(CLI::App& verb, Folders& folders) {
  verb.add_option("--profiles", folders, "Directory of firmware profiles; given again, one laid over the one before")
      ->allow_extra_args(false)
      ->capture_default_str();
}

void add_json(CLI::App& verb, bool& json, const char* text = "One JSON object a line") { verb.add_flag("--json", json, text); }

void add_site(CLI::App& verb, std::string& path) {
  verb.add_option("-c,--config", path, "Site file, or a directory that holds one")->required();
}

void add_source(CLI::App& verb, Source& source) {
  auto* url = verb.add_option("--url", source.url, "The running daemon")->capture_default_str();
  verb.add_option("--store", source.store, "A store file instead")->excludes(url);
}

void add_run(CLI::App& verb, RunOptions& options) {
  add_site(verb, options.path);
  add_profiles(verb, options.profiles);
}

void add_check(CLI::App& verb, CheckOptions& options) {
  add_site(verb, options.path);
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

void add_probe(CLI::App& verb, ProbeOptions& options) {
  verb.add_option("url", options.url, "snmp://HOST[:PORT], modbus://HOST[:PORT]/UNIT, modbus-rtu:///dev/ttyS0/UNIT or gpio://CHIP/LINE")
      ->required();
  auto* file = verb.add_option("--community-file", options.community_file, "File that holds the community; mode 600");
  auto* community = verb.add_option("--community", options.community, "Community of a bench device");
  community->capture_default_str()->excludes(file);
  verb.add_option("--v3-file", options.v3_file, "SNMPv3 credential file: user, auth, priv; mode 600")->excludes(file)->excludes(community);
  verb.add_option("--profile", options.profile, "Take this firmware profile, whatever the device says of itself");
  add_profiles(verb, options.profiles);
  verb.add_option("--timeout", options.timeout, "Give up after this long")->capture_default_str();
  verb.add_flag("--explain", options.explain, "Every packet, how long it took, and what was decided, on standard error");
  add_json(verb, options.json);
}

void add_status(CLI::App& verb, StatusOptions& options) {
  add_source(verb, options.source);
  verb.add_flag("--watch", options.watch, "Again every second, until interrupted");
  add_json(verb, options.json);
}

void add_events(CLI::App& verb, EventsOptions& options) {
  add_source(verb, options.source);
  verb.add_flag("--follow", options.follow, "Go on as events come; with --json each comes at the verdict, and again once it is durable");
  add_json(verb, options.json);
}

void add_query(CLI::App& verb, QueryOptions& options) {
  verb.add_option("promql", options.expression, "The expression")->required();
  add_source(verb, options.source);
  auto* from =
      verb.add_option("--from", options.from, "At each step from then on: 2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h");
  verb.add_option("--to", options.to, "The last step is then or before; now unless told")->needs(from);
  verb.add_option("--step", options.step, "Between two steps: 15s; 250 steps unless told")->needs(from);
  verb.add_option("--time", options.time, "At that time instead of now")->excludes(from);
  add_json(verb, options.json, "The answer as one JSON object, in the shape of Prometheus' API");
}

void add_export(CLI::App& verb, ExportOptions& options) {
  verb.add_option("--store", options.store, "The store file; the daemon may run")->required();
  auto* format = verb.add_option("--format", options.format, "csv, jsonl or openmetrics");
  format->capture_default_str()->check(CLI::IsMember({"csv", "jsonl", "openmetrics"}));
  verb.add_option("--match", options.matches, "Only the series of this selector; given again, of any of them")->allow_extra_args(false);
  verb.add_option("--from", options.from, "2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h");
  verb.add_option("--to", options.to, "The same; both ends belong to it");
  verb.add_option("--resolution", options.resolution, "Count, least, greatest, mean and last value of each 1min, 1h, ...");
  verb.add_option("--out", options.out, "A file instead of standard output");
  verb.add_flag("--json", options.json, "As --format jsonl")->excludes(format);
}

void add_replay(CLI::App& verb, ReplayOptions& options) {
  verb.add_option("--store", options.store, "The store file; the daemon may run")->required();
  verb.add_option("--rules", options.rules, "A rule file, or a pattern; given again, further ones")->required()->allow_extra_args(false);
  verb.add_option("--from", options.from,
                  "2026-11-22T10:00:00Z, seconds since 1970, or how long ago: 6h; what rules look back at is read as well");
  verb.add_option("--to", options.to, "The same; both ends belong to it");
  verb.add_flag("--pending", options.pending, "Tell also what did not fire, while its `for` ran");
  add_json(verb, options.json, "One JSON object a line: each change of an alert, then the sum");
}

void add_db_verify(CLI::App& verb, DbVerifyOptions& options) {
  verb.add_option("file", options.path, "The store file; the daemon may run")->required();
  add_json(verb, options.json, "One JSON object a line: each flaw, then the counts");
}

void add_db_backup(CLI::App& verb, DbBackupOptions& options) {
  verb.add_option("file", options.path, "The store file; the daemon may run")->required();
  verb.add_option("to", options.to, "The copy; it must not be there yet")->required();
  add_json(verb, options.json);
}

void add_db_compact(CLI::App& verb, DbCompactOptions& options) {
  verb.add_option("file", options.path, "The store file; no daemon may have it")->required();
  add_json(verb, options.json);
}

void add_audit_log(CLI::App& verb, AuditLogOptions& options) {
  verb.add_option("--store", options.store, "The store file; the daemon may run")->required();
  verb.add_flag("--verify", options.verify, "Only whether the chain of the records holds: 0 it does, 1 it does not");
  add_json(verb, options.json);
}

void add_daemon(CLI::App& verb, std::string& url) { verb.add_option("--url", url, "The running daemon")->capture_default_str(); }

void add_attest(CLI::App& verb, AttestOptions& options) {
  verb.add_option("element", options.element, "What you vouch for: cab1/psu1, cab1/cache")->required();
  verb.add_option("--by", options.by, "Who says so")->required();
  verb.add_option("--reason", options.reason, "What you saw")->required();
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_intent(CLI::App& verb, std::string& intent) {
  verb.add_option("--intent", intent, "work: anything; remove: it is taken out; off: it is switched off")
      ->capture_default_str()
      ->check(CLI::IsMember({"work", "remove", "off"}));
}

void add_maintenance_add(CLI::App& verb, MaintenanceAddOptions& options) {
  verb.add_option("element", options.element, "What is worked on: cab1/psu1, pdu-a, feed/A")->required();
  add_intent(verb, options.intent);
  verb.add_option("--owner", options.owner, "Whose work it is; you unless told");
  verb.add_option("--reason", options.reason, "What is done")->required();
  verb.add_option("--for", options.length, "How long, at most 24h")->capture_default_str();
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_maintenance_list(CLI::App& verb, MaintenanceListOptions& options) {
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_maintenance_end(CLI::App& verb, MaintenanceEndOptions& options) {
  verb.add_option("window", options.id, "The window, as list names it")->required();
  verb.add_option("--by", options.by, "Who ends it; you unless told");
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_guard(CLI::App& verb, GuardOptions& options) {
  verb.add_option("--working-on", options.element, "What is pulled or switched off: cab1/psu1, pdu-a, pdu-a/outlet/3, feed/A")->required();
  add_intent(verb, options.intent);
  verb.add_option("--owner", options.owner, "Whose work it is; you unless told");
  verb.add_option("--reason", options.reason, "What is done")->capture_default_str();
  verb.add_option("--for", options.length, "How long at most, up to 24h")->capture_default_str();
  verb.add_flag("--once", options.once, "Say it once and end, without a window");
  add_daemon(verb, options.url);
  add_json(verb, options.json, "One JSON object a line, each time that it changes");
}

void add_hands_off(CLI::App& verb, HandsOffOptions& options) {
  verb.add_option("--by", options.by, "Who says so")->required();
  verb.add_option("--token-file", options.token_file, "File that holds your token; mode 600")->required();
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_commission(CLI::App& verb, CommissionOptions& options) {
  verb.add_option("element", options.elements, "Supplies, or loads: cab1/psu1, cab1; every supply unless told");
  verb.add_option("--by", options.by, "Who pulls the cords");
  verb.add_option("--for", options.length, "How long a cord is waited for at a terminal, how long is watched without one")
      ->capture_default_str();
  verb.add_option("--wait", options.wait, "How long a loss has to be noticed")->capture_default_str();
  verb.add_flag("--list", options.list, "Only when each supply was commissioned last: 0 all were, 1 not");
  add_daemon(verb, options.url);
  add_json(verb, options.json);
}

void add_verify(CLI::App& verb, VerifyOptions& options) {
  verb.add_option("element", options.element, "cab1, cab1/psu1, pdu-a, feed/A")->required();
  add_daemon(verb, options.url);
  add_json(verb, options.json, "One JSON object a line: inputs, stored energy, data protection, what is not observed");
}

void add_explain(CLI::App& verb, ExplainOptions& options) {
  verb.add_option("incident", options.id, "The incident")->required();
  add_source(verb, options.source);
  add_json(verb, options.json, "One JSON object a line: each sign, then each event");
}

void add_incident_export(CLI::App& verb, IncidentExportOptions& options) {
  verb.add_option("incident", options.id, "The incident")->required();
  verb.add_option("--store", options.store, "The store file; the daemon may run")->required();
  verb.add_option("--to", options.to, "A folder, made here or empty")->required();
  add_json(verb, options.json);
}

void add_drill(CLI::App& verb, DrillOptions& options) {
  verb.add_option("scenario", options.scenarios, "Scenario files, or folders of them")->required();
  verb.add_option("--seeds", options.seeds, "Then so many times over a network that loses, delays and garbles answers")
      ->check(CLI::Range(0, 10000));
  verb.add_option("--seed", options.only, "Play that one of these alone, and tell all that was said");
  verb.add_option("--table", options.table, "Write what was said first and at last, and when, to this Markdown file");
  verb.add_option("--prefailure", options.prefailure, "Write which rules warned before what failed to this Markdown file");
  verb.add_option("--jobs", options.jobs, "Files that are played at a time, one a core unless told; what is written is the same");
  add_profiles(verb, options.profiles);
  add_json(verb, options.json, "One JSON object a line: every event, then every expectation");
}

void add_scan(CLI::App& verb, ScanOptions& options) {
  verb.add_option("range", options.range, "Addresses: 192.0.2.0/24, at most a /16")->required();
  auto* file = verb.add_option("--community-file", options.community_file, "File that holds the community; mode 600");
  auto* community = verb.add_option("--community", options.community, "Community of a bench");
  community->capture_default_str()->excludes(file);
  verb.add_option("--snmp-version", options.version, "1 or 2c; with --v3-file always 3")
      ->capture_default_str()
      ->check(CLI::IsMember({"1", "2c"}));
  verb.add_option("--v3-file", options.v3_file, "SNMPv3 credential file, mode 600")->excludes(file)->excludes(community);
  verb.add_option("--port", options.port, "UDP port of the agents")->capture_default_str();
  verb.add_option("--rate", options.rate, "Packets a second")->capture_default_str();
  verb.add_option("--timeout", options.timeout, "How long each address has to answer")->capture_default_str();
  add_json(verb, options.json);
}

void add_whatif(CLI::App& verb, WhatifOptions& options) {
  add_site(verb, options.path);
  verb.add_option("--lose", options.lose, "feed/A, ups/u1, ats/t1, a PDU, its bank/1, phase/1 or outlet/3, a load, LOAD/SUPPLY, switch/sw1")
      ->required();
  auto* url = verb.add_option("--url", options.url, "A running daemon: reckon with what the outlets are measured at");
  verb.add_option("--store", options.store, "A store file instead")->excludes(url);
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

void add_coverage(CLI::App& verb, CoverageOptions& options) {
  auto* url = verb.add_option("--url", options.url, "The running daemon")->capture_default_str();
  verb.add_option("-c,--config", options.path, "On paper instead: a site file, or a directory that holds one; no device is touched")
      ->excludes(url);
  add_profiles(verb, options.profiles);
  add_json(verb, options.json, "One JSON object a line: each supply, load and feed");
}

void add_import(CLI::App& verb, ImportOptions& options) {
  verb.add_option("--csv", options.csv, "The sheet: a header line, then a cord a line: load, supply, pdu, outlet, feed, url, rated_watts")
      ->required();
  verb.add_option("--rack", options.rack, "Only the rows of this rack");
  add_json(verb, options.json);
}

void add_rules_check(CLI::App& verb, RulesCheckOptions& options) {
  verb.add_option("file", options.files, "Prometheus rule files")->required();
  add_json(verb, options.json, "One JSON object a line: each problem");
}

void add_rules_test(CLI::App& verb, RulesTestOptions& options) {
  verb.add_option("file", options.files, "Files of unit tests, as promtool's")->required();
  add_json(verb, options.json, "One JSON object a line: each check");
}

void add_profile_list(CLI::App& verb, ProfileListOptions& options) {
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

void add_profile_show(CLI::App& verb, ProfileShowOptions& options) {
  verb.add_option("name", options.name, "The profile")->required();
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

void add_profile_check(CLI::App& verb, ProfileCheckOptions& options) {
  verb.add_option("folder", options.paths, "Folders of profiles and overrides, beside those that are shipped");
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

void add_profile_test(CLI::App& verb, ProfileTestOptions& options) {
  verb.add_option("recording", options.recording, "A .snmprec file")->required();
  verb.add_option("--profile", options.profile, "Take this one, whatever the recording says of itself");
  add_profiles(verb, options.profiles);
  add_json(verb, options.json);
}

/// Collects the verbs of one program.
class Verbs {
 public:
  Verbs(CLI::App& app, int& exit_code) : app_{app}, exit_code_{exit_code} {}

  template <class Options>
  void add(const char* name, const char* text, int (*perform)(const Options&), void (*describe)(CLI::App&, Options&)) {
    auto options = std::make_shared<Options>();
    auto* verb = app_.add_subcommand(name, text);
    describe(*verb, *options);
    verb->callback([options, perform, &code = exit_code_] { code = perform(*options); });
  }

 private:
  CLI::App& app_;
  int& exit_code_;
};

/// What is asked of profiles and rule files, beside any daemon.
void add_file_verbs(CLI::App& app, int& exit_code) {
  auto* profile = app.add_subcommand("profile", "Firmware profiles: what is known, what they read, whether they are right");
  profile->require_subcommand(1);
  Verbs profiles{*profile, exit_code};
  profiles.add("list", "Every profile, its vendor and what it covers", profile_list, add_profile_list);
  profiles.add("show", "What one profile reads: source, series, meaning, lane, scale", profile_show, add_profile_show);
  profiles.add("check", "Check profiles and overrides; every problem at once", profile_check, add_profile_check);
  profiles.add("test", "Run the profiles that fit, or one, on a recording", profile_test, add_profile_test);
  auto* rule_files = app.add_subcommand("rules", "Prometheus rule files: whether they hold, and their unit tests");
  rule_files->require_subcommand(1);
  Verbs of_rules{*rule_files, exit_code};
  of_rules.add("check", "Everything that holdup would refuse or warn of, every problem at once", rules_check, add_rules_check);
  of_rules.add("test", "Promtool's unit-test files: 0 every check passed, 1 not", rules_test, add_rules_test);
}

/// An answer that did not get out is none. The daemon's word to whoever started it may be lost.
int told(const CLI::App& app, int exit_code) {
  std::cout.flush();
  if (std::cout || app.got_subcommand("run") || exit_code == cannot_know) return exit_code;
  std::cerr << "holdup: the output cannot be written\n";
  return cannot_know;
}

}  // namespace

int command_line(int argc, char** argv) {
  CLI::App app{"holdup says that a rack's redundancy is gone while the remaining supply still carries the load.", "holdup"};
  app.set_version_flag("--version", std::string{version});
  app.require_subcommand(1);
  int exit_code = fine;
  Verbs verbs{app, exit_code};
  verbs.add("run", "The daemon: polls the rack, says what is lost, keeps it, tells it", run, add_run);
  verbs.add("check", "Check the site file, profiles, rules and secrets; touches no device", check, add_check);
  verbs.add("probe", "Identify one device, pick its profile, read every point once", probe, add_probe);
  verbs.add("status", "Is the rack redundant, and how do we know: 0 redundant, 1 not, 4 cannot know", status, add_status);
  verbs.add("events", "What was said, when, on what evidence; --follow: from now on, as it is said", events, add_events);
  verbs.add("explain", "What an incident rests on, sign by sign in order, and what was made of it", explain, add_explain);
  verbs.add("verify", "What is proven back of an element: 0 proven, 1 not all of it, 4 its inputs are not observed", verify, add_verify);
  verbs.add("query", "A query in PromQL, at one time or at each step of a range", query, add_query);
  verbs.add("export", "What a store file holds of some series, as CSV, JSON lines or OpenMetrics", export_samples, add_export);
  verbs.add("replay", "Which alerts of rule files would have fired over what a store holds", replay, add_replay);
  verbs.add("drill", "Play scenario files against the core in virtual time and check what it says", drill, add_drill);
  verbs.add("scan", "Ask a range of addresses, slowly, who answers SNMP; prints what to paste into the site file", scan, add_scan);
  verbs.add("coverage",
            "What would show the loss of each supply, how soon at the worst, what would not: 0 each has a sign, 1 not, 4 cannot know",
            coverage_of_rack, add_coverage);
  verbs.add("whatif", "What goes dark and what overloads when an element is lost: 0 all loads live on, 1 not", whatif, add_whatif);
  verbs.add("import", "Outlets and cords from a spreadsheet's CSV, to paste into the site file", import_sheet, add_import);
  auto* incident = app.add_subcommand("incident", "One incident, to hand on");
  incident->require_subcommand(1);
  Verbs incidents{*incident, exit_code};
  incidents.add("export", "Its events and the samples around them, in a folder", incident_export, add_incident_export);
  verbs.add("attest", "Vouch for what no sensor sees; shown as attested, never as proof, until the next sign", attest, add_attest);
  verbs.add("commission", "Watch each cord being pulled once: 0 all as configured, 1 not, 3 refused, 4 none was pulled", commission,
            add_commission);
  auto* maintenance = app.add_subcommand("maintenance", "Windows of work: quiet for what they name, loud beside it, always ending");
  maintenance->require_subcommand(1);
  Verbs windows{*maintenance, exit_code};
  windows.add("add", "Open one", maintenance_add, add_maintenance_add);
  windows.add("list", "Those that are open", maintenance_list, add_maintenance_list);
  windows.add("end", "Close one before its time", maintenance_end, add_maintenance_end);
  verbs.add("guard", "Safe to pull or STOP, live, while you work on an element: 0 done and never stopped, 1 STOP was said, 4 nobody to ask",
            guard, add_guard);
  auto* hands = app.add_subcommand("handsoff", "Let nothing be changed by any verb, until another token ends it");
  hands->require_subcommand(1);
  Verbs hands_off{*hands, exit_code};
  hands_off.add("start", "From now on every verb that changes anything is refused; detection and alerts go on", handsoff_start,
                add_hands_off);
  hands_off.add("end", "With another token than the one that began it", handsoff_end, add_hands_off);
  auto* db = app.add_subcommand("db", "A store file: look through every byte of it, copy it, give its free room back");
  db->require_subcommand(1);
  Verbs dbs{*db, exit_code};
  dbs.add("verify", "Every checksum, chunk and page: 0 whole, 1 with each flaw named", db_verify, add_db_verify);
  dbs.add("backup", "A verified copy, beside the running daemon", db_backup, add_db_backup);
  dbs.add("compact", "Give the file's free pages back to the disk", db_compact, add_db_compact);
  auto* audit = app.add_subcommand("audit", "Who did what to this holdup");
  audit->require_subcommand(1);
  Verbs audits{*audit, exit_code};
  audits.add("log", "The records, oldest first", audit_log, add_audit_log);
  add_file_verbs(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? fine : usage;
  }
  return told(app, exit_code);
}

}  // namespace holdup::cli
