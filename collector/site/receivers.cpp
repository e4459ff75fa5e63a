#include "collector/site/receivers.hpp"

#include <algorithm>
#include <boost/url/parse.hpp>

#include "ground/element.hpp"

namespace holdup::site {
namespace {

using ground::yaml::Mapping;
using ground::yaml::Node;
using ground::yaml::Report;

bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool digit(char c) { return c >= '0' && c <= '9'; }

/// [a-zA-Z_][a-zA-Z0-9_]*, of metrics ':' too.
bool is_name(std::string_view text, bool metric) {
  const auto fits = [metric](char c) { return letter(c) || (metric && c == ':'); };
  return !text.empty() && fits(text.front()) && std::ranges::all_of(text, [&](char c) { return fits(c) || digit(c); });
}

void read_url(Mapping& map, Receiver& receiver) {
  receiver.url = map.required_text("url");
  if (receiver.url.empty()) return;
  const auto url = boost::urls::parse_uri(receiver.url);
  constexpr const char* mend = "write https://HOST/api/v1/write, or http:// within a host";
  if (!url || (url->scheme() != "http" && url->scheme() != "https") || url->encoded_host().empty())
    return map.problem("url", "'" + receiver.url + "' is no http:// or https:// URL", mend);
  if (url->has_userinfo())
    return map.problem("url", "a secret does not belong into a URL", "take it out and give user: and password_file:");
  if (url->has_fragment()) return map.problem("url", "'#' and what follows is never sent", "take it out");
  if (url->has_port() && (url->port_number() == 0 || url->port().size() > 5)) map.problem("url", "the port is not 1 to 65535", mend);
  std::string host{url->encoded_host().data(), url->encoded_host().size()};
  std::erase_if(host, [](char c) { return c == '[' || c == ']'; });
  std::ranges::replace(host, ':', '-');
  if (url->has_port()) host += "-" + std::string{url->port().data(), url->port().size()};
  receiver.name = host.substr(0, 63);
}

void read_secrets(Mapping& map, Receiver& receiver) {
  receiver.token_file = map.text("token_file").value_or("");
  receiver.user = map.text("user").value_or("");
  receiver.password_file = map.text("password_file").value_or("");
  receiver.ca_file = map.text("ca_file").value_or("");
  receiver.cert_file = map.text("cert_file").value_or("");
  receiver.key_file = map.text("key_file").value_or("");
  if (!receiver.token_file.empty() && !receiver.password_file.empty())
    map.problem("token_file", "and password_file", "give one of them: a request bears one proof");
  if (receiver.user.empty() != receiver.password_file.empty())
    map.problem(receiver.user.empty() ? "password_file" : "user", "without the other", "user: and password_file: belong together");
  if (receiver.user.find(':') != std::string::npos) map.problem("user", "has a ':' in it", "HTTP's basic authentication forbids it");
  if (receiver.cert_file.empty() != receiver.key_file.empty())
    map.problem(receiver.cert_file.empty() ? "key_file" : "cert_file", "without the other", "cert_file: and key_file: belong together");
  if (receiver.url.empty() || receiver.over_tls()) return;
  for (std::string_view key : {"ca_file", "cert_file", "key_file"})
    if (map.has(key)) map.problem(key, "not over TLS", "write https:// in the url, or take it out");
  for (std::string_view key : {"token_file", "password_file"})
    if (map.has(key)) map.warning(key, "the secret travels in clear over http://", "write https:// in the url");
}

void read_labels(Mapping& map, Receiver& receiver, const Report& report) {
  const Node* node = map.find("labels");
  if (node == nullptr) return;
  Mapping labels{*node, map.path("labels"), report};
  for (const auto& entry : node->entries) {
    const auto value = labels.text(entry.key);
    if (!is_name(entry.key, false) || entry.key == "__name__")
      labels.problem(entry.key, "no name of a label", "letters, digits and '_', no digit first");
    else if (value && value->empty())
      labels.problem(entry.key, "empty", "write a value, or take it out");
    else if (value)
      receiver.labels.emplace_back(entry.key, *value);
  }
}

void read_limits(Mapping& map, Receiver& receiver) {
  receiver.match = map.texts("match");
  for (std::string_view one : receiver.match) {
    const auto name = one.ends_with('*') ? one.substr(0, one.size() - 1) : one;
    if (!is_name(name, true))
      map.problem("match", "'" + std::string{one} + "' is no name of a metric", "write rack_power_watts, or a beginning: rack_power_*");
  }
  if (const auto samples = map.integer("max_samples")) {
    if (*samples < 1 || *samples > 50'000)
      map.problem("max_samples", "not 1 to 50000", "write how many samples a request may have, 2000 unless told");
    else
      receiver.max_samples = static_cast<std::size_t>(*samples);
  }
  if (const auto timeout = map.duration("timeout")) {
    if (*timeout < std::chrono::seconds{1} || *timeout > std::chrono::minutes{5})
      map.problem("timeout", "not 1s to 5min", "write how long an answer may take, 30s unless told");
    receiver.timeout = *timeout;
  }
  receiver.history = map.flag("history").value_or(false);
}

}  // namespace

std::vector<Receiver> read_receivers(const Node& node, const Report& report) {
  std::vector<Receiver> all;
  if (node.kind == Node::Kind::null) return all;
  if (!node.is_sequence()) {
    report.problems.add({.file = report.file,
                         .line = node.line,
                         .key = "forward",
                         .what = "not a list",
                         .mend = "write '- url: https://…' lines under it"});
    return all;
  }
  for (const Node& item : node.items) {
    Receiver receiver{.key = "forward." + std::to_string(all.size() + 1)};
    Mapping map{item, receiver.key, report};
    read_url(map, receiver);
    if (const auto name = map.text("name")) {
      if (!ground::is_element_part(*name)) map.problem("name", "no name", "letters, digits, '-', '_', '.', at most 63");
      receiver.name = *name;
    }
    if (!receiver.name.empty() && std::ranges::any_of(all, [&](const Receiver& other) { return other.name == receiver.name; }))
      map.problem(map.has("name") ? "name" : "url", "'" + receiver.name + "' is there twice", "give each its own name:");
    read_secrets(map, receiver);
    read_labels(map, receiver, report);
    read_limits(map, receiver);
    map.finish();
    all.push_back(std::move(receiver));
  }
  return all;
}

}  // namespace holdup::site
