#include "collector/cli/configuration.hpp"

#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>

#include "collector/cli/forwarding.hpp"
#include "collector/cli/lines.hpp"
#include "collector/control/tokens.hpp"
#include "collector/rules/rule_file.hpp"
#include "collector/site/paper.hpp"
#include "collector/site/site_file.hpp"
#include "drivers/open/secret.hpp"
#include "drivers/profile/files/profile_files.hpp"
#include "ground/json_writer.hpp"

namespace holdup::cli {
namespace {

namespace fs = std::filesystem;

void report(ground::Problems& problems, const std::string& file, std::string what, std::string mend) {
  problems.add({.file = file, .line = 0, .key = {}, .what = std::move(what), .mend = std::move(mend)});
}

/// Reads the secrets of the site's devices. One that others can read is none: refused, not warned about.
class Secrets {
 public:
  Secrets(const std::string& site_file, ground::Problems& problems) : site_file_{site_file}, problems_{problems} {}

  drivers::Access of(const site::Device& device) {
    if (!device.v3_file.empty()) return {.community = {}, .credential = credential_of(device)};
    return {.community = community_of(device)};
  }

 private:
  std::string community_of(const site::Device& device) {
    if (device.community_file.empty()) return "public";
    auto secret = drivers::read_secret(beside(device.community_file));
    if (secret) return std::move(*secret);
    auto problem = place(device, "community_file");
    problem.what = secret.error().what;
    problem.mend = "write the community into its first line, mode 0600";
    problems_.add(std::move(problem));
    return {};
  }

  v3::SharedCredential credential_of(const site::Device& device) {
    const auto path = beside(device.v3_file);
    auto known = credentials_.find(path);
    if (known == credentials_.end()) known = credentials_.emplace(path, drivers::read_credential_file(path, problems_)).first;
    if (known->second) v3::judge_strength(*known->second, device.allow_weak, place(device, "v3_file"), problems_);
    return known->second;
  }

  [[nodiscard]] std::string beside(const std::string& file) const { return (fs::path{site_file_}.parent_path() / file).string(); }
  [[nodiscard]] ground::Problem place(const site::Device& device, const std::string& key) const {
    return {.file = site_file_, .line = 0, .key = "devices." + device.name + "." + key, .what = {}, .mend = {}};
  }

  const std::string& site_file_;
  ground::Problems& problems_;
  std::map<std::string, v3::SharedCredential> credentials_;
};

}  // namespace

std::string read_text(const std::string& path, ground::Problems& problems, std::size_t most_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (file < 0 || fstat(file, &status) != 0) {
    report(problems, path, std::string{"cannot be read: "} + std::strerror(errno), "check the path and its mode");
    if (file >= 0) close(file);
    return {};
  }
  std::string text;
  if (!S_ISREG(status.st_mode)) {
    report(problems, path, "no regular file", "name a file");
  } else if (static_cast<std::size_t>(status.st_size) > most_bytes) {
    report(problems, path, "larger than " + std::to_string(most_bytes >> 20) + " MiB", "split it");
  } else {
    text.resize(static_cast<std::size_t>(status.st_size));
    const auto got = read(file, text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  }
  close(file);
  return text;
}

std::string site_file_of(const std::string& path, ground::Problems& problems) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator{path, error})
    if (entry.path().extension() == ".yaml") found.push_back(entry.path().string());
  if (found.size() == 1) return found.front();
  report(problems, path, std::to_string(found.size()) + " *.yaml files in this directory",
         "keep exactly one site file there, rules end in .yml");
  return {};
}

std::shared_ptr<const profile::Library> load_profiles(const std::vector<std::string>& folders, ground::Problems& problems) {
  return std::make_shared<const profile::Library>(profile::load_folders(folders, problems));
}

rules::RuleSet load_rules(const std::vector<std::string>& patterns, const std::string& site_file, ground::Problems& problems) {
  std::vector<rules::RuleText> texts;
  std::set<fs::path> known;
  const auto read = [&](const std::string& path) {
    std::error_code ignored;
    if (known.insert(fs::weakly_canonical(path, ignored)).second) texts.push_back({path, read_text(path, problems)});
  };
  for (const auto& pattern : patterns) {
    const auto full = (fs::path{site_file}.parent_path() / pattern).string();
    glob_t found{};
    if (glob(full.c_str(), 0, nullptr, &found) != 0)
      report(problems, site_file, "rules: nothing matches " + full, "write a file or a pattern that exists");
    for (std::size_t i = 0; i < found.gl_pathc; ++i) read(found.gl_pathv[i]);
    globfree(&found);
  }
  return rules::load(texts, problems);
}

std::string pack_of_rules() {
  std::error_code ignored;
  const std::string installed{"/usr/share/holdup/rules/pack"};
  return (fs::is_directory(installed, ignored) ? installed : HOLDUP_PACK_DIR) + "/*.yml";
}

Configuration load_configuration(const std::string& path, const std::vector<std::string>& profiles, ground::Problems& problems) {
  Configuration configuration;
  configuration.profiles = load_profiles(profiles, problems);
  const auto file = site_file_of(path, problems);
  if (file.empty()) return configuration;
  ground::Problems reading;
  const auto text = read_text(file, reading);
  for (const auto& problem : reading.all()) problems.add(problem);
  if (!reading.ok()) return configuration;
  const auto names = configuration.profiles->names();
  configuration.site = site::parse(text, file, names, problems);
  if (problems.ok()) site::judge_on_paper(configuration.site, file, problems);
  auto rules = configuration.site.rules;
  if (configuration.site.prefailure.pack) rules.push_back(pack_of_rules());
  configuration.rules = load_rules(rules, file, problems);
  judge_rhythms(configuration.site, *configuration.profiles, file, problems);
  Secrets secrets{file, problems};
  for (const auto& device : configuration.site.devices) configuration.accesses.push_back(secrets.of(device));
  if (const auto& tokens = configuration.site.control.tokens; !tokens.empty()) {
    configuration.tokens_file = (fs::path{file}.parent_path() / tokens).string();
    const auto read = control::Tokens::read(configuration.tokens_file);
    if (!read)
      problems.add({.file = file,
                    .line = 0,
                    .key = "handsoff.tokens",
                    .what = read.error().what,
                    .mend = "write NAME and the SHA-256 of a token a line, mode 0600"});
  }
  configuration.forward = targets_of(configuration.site, file, problems);
  return configuration;
}

bool print_problems(const ground::Problems& problems, bool json) {
  for (const auto& problem : problems.all()) {
    const bool error = problem.weight == ground::Problem::Weight::error;
    if (json) {
      ground::JsonWriter out;
      out.begin_object().field("file", problem.file).field("line", problem.line).field("key", problem.key).field("what", problem.what);
      out.field("mend", problem.mend).field("weight", error ? "error" : "warning").end_object();
      std::cout << out.text() << '\n';
    } else {
      std::cerr << (error ? "" : "warning: ") << problem.text() << '\n';
    }
  }
  return problems.ok();
}

bool print_errors(const ground::Problems& problems, bool json) {
  ground::Problems errors;
  for (const auto& problem : problems.all())
    if (problem.weight == ground::Problem::Weight::error) errors.add(problem);
  return print_problems(errors, json);
}

}  // namespace holdup::cli
