#include "collector/cli/forwarding.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "collector/cli/configuration.hpp"
#include "collector/forward/store_source.hpp"
#include "drivers/open/secret.hpp"
#include "ground/clock/clock.hpp"

namespace holdup::cli {
namespace {

namespace fs = std::filesystem;

/// Reads the files of one receiver; each that cannot be used is a problem of its key.
class Files {
 public:
  Files(const site::Receiver& receiver, const std::string& site_file, ground::Problems& problems)
      : receiver_{receiver}, site_file_{site_file}, problems_{problems} {}

  std::string secret(const char* key, const std::string& file) {
    return taken(key, file, drivers::read_secret(beside(file)), "write the secret into its first line, mode 0600");
  }
  std::string private_key(const std::string& file) {
    return taken("key_file", file, drivers::read_secret_text(beside(file)), "name a PEM file of mode 0600");
  }
  std::string certificate(const char* key, const std::string& file) {
    if (file.empty()) return {};
    ground::Problems reading;
    auto text = read_text(beside(file), reading);
    for (const auto& problem : reading.all()) complain(key, problem.file + ": " + problem.what, "name a PEM file");
    return text;
  }
  void complain(const std::string& key, std::string what, std::string mend) {
    problems_.add({.file = site_file_,
                   .line = 0,
                   .key = receiver_.key + (key.empty() ? "" : ".") + key,
                   .what = std::move(what),
                   .mend = std::move(mend)});
  }

 private:
  std::string taken(const char* key, const std::string& file, const ground::Result<std::string>& text, const char* mend) {
    if (file.empty()) return {};
    if (text) return *text;
    complain(key, text.error().what, mend);
    return {};
  }
  [[nodiscard]] std::string beside(const std::string& file) const { return (fs::path{site_file_}.parent_path() / file).string(); }

  const site::Receiver& receiver_;
  const std::string& site_file_;
  ground::Problems& problems_;
};

/// A header's value must not end it.
bool fits_header(const std::string& text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > 0x20 && c < 0x7f; });
}

forward::Target target_of(const site::Receiver& receiver, const site::Site& site, const std::string& site_file,
                          ground::Problems& problems) {
  Files files{receiver, site_file, problems};
  forward::Target target{.name = receiver.name,
                         .match = receiver.match,
                         .labels = receiver.labels,
                         .max_samples = receiver.max_samples,
                         .timeout = receiver.timeout,
                         .history = receiver.history};
  target.labels.emplace_back("rack", site.rack);
  forward::take_url(receiver.url, target);
  const auto errors = problems.errors();
  if (const auto token = files.secret("token_file", receiver.token_file); !token.empty()) {
    if (!fits_header(token))
      files.complain("token_file", "the token has a blank or a character that HTTP has not", "write the token alone into its first line");
    target.authorization = "Bearer " + token;
  }
  if (!receiver.user.empty())
    target.authorization = forward::basic_authorization(receiver.user, files.secret("password_file", receiver.password_file));
  target.ca_pem = files.certificate("ca_file", receiver.ca_file);
  target.cert_pem = files.certificate("cert_file", receiver.cert_file);
  target.key_pem = files.private_key(receiver.key_file);
  if (!target.tls || problems.errors() != errors) return target;
  if (const auto usable = forward::check_pem(target); !usable)
    files.complain("", usable.error().what, "name PEM files that belong together");
  return target;
}

void say(const forward::Note& note) { note.grave ? spdlog::warn("forward {}", note.text) : spdlog::info("forward {}", note.text); }

}  // namespace

std::vector<forward::Target> targets_of(const site::Site& site, const std::string& site_file, ground::Problems& problems) {
  std::vector<forward::Target> all;
  for (const auto& receiver : site.forward)
    if (!receiver.url.empty()) all.push_back(target_of(receiver, site, site_file, problems));
  return all;
}

void Forwarding::set(const std::vector<forward::Target>& targets, const std::string& store_path, store::Store* store) {
  if (store == nullptr) return;
  std::unique_ptr<forward::Forwarder> before;
  {
    const std::lock_guard lock{mutex_};
    if (targets == targets_) return;
    targets_ = targets;
    before = std::exchange(forwarder_, nullptr);
  }
  if (before) {
    before.reset();
    // What it kept last must be what the next one finds.
    if (const auto kept = store->flush(); !kept) spdlog::warn("forward cursors are not on the disk: some samples may be sent twice");
  }
  if (targets.empty()) return;
  auto made = std::make_unique<forward::Forwarder>(targets, std::make_unique<forward::StoreSource>(store_path, *store), say);
  const std::lock_guard lock{mutex_};
  forwarder_ = std::move(made);
}

std::vector<forward::Figures> Forwarding::figures() const {
  const std::lock_guard lock{mutex_};
  if (!forwarder_) return {};
  return forwarder_->figures(ground::utc(ground::clock::now(), ground::clock::utc_offset()));
}

}  // namespace holdup::cli
