#include "collector/site/receivers.hpp"

#include "catch.hpp"
#include "collector/site/site_file.hpp"

using namespace holdup;
using namespace std::chrono_literals;

namespace {

struct Read {
  site::Site site;
  std::string errors, warnings;
};

Read read(const std::string& forward, const std::string& store = "store: {path: /tmp/r12.db}\n") {
  ground::Problems problems;
  Read out{.site = site::parse("rack: r12\ndevices: {pdu: {url: snmp://192.0.2.11}}\n" + store + "forward:\n" + forward, "r.yaml", {},
                               problems)};
  for (const auto& problem : problems.all())
    (problem.weight == ground::Problem::Weight::error ? out.errors : out.warnings) += problem.text() + "\n";
  return out;
}

}  // namespace

TEST_CASE("receivers of remote write are read with all their keys") {
  const auto all = read(R"(  - url: https://mimir.example:9009/api/v1/push?x=y
    name: mimir
    token_file: token
    ca_file: ca.pem
    cert_file: cert.pem
    key_file: key.pem
    match: [rack_power_watts, rack_current_*]
    labels: {site: fra1, cluster: a}
    max_samples: 500
    timeout: 10s
    history: true
  - url: http://127.0.0.1:9090/api/v1/write
    user: rack
    password_file: password
)");
  CHECK(all.errors.empty());
  CHECK_THAT(all.warnings, ContainsSubstring("forward.2.password_file: the secret travels in clear"));
  REQUIRE(all.site.forward.size() == 2);
  const auto& one = all.site.forward.front();
  CHECK(one.name == "mimir");
  CHECK(one.over_tls());
  CHECK(one.match == std::vector<std::string>{"rack_power_watts", "rack_current_*"});
  CHECK(one.labels == std::vector<std::pair<std::string, std::string>>{{"site", "fra1"}, {"cluster", "a"}});
  CHECK(one.max_samples == 500);
  CHECK(one.timeout == 10s);
  CHECK(one.history);
  const auto& two = all.site.forward.back();
  CHECK(two.name == "127.0.0.1-9090");
  CHECK(two.max_samples == 2000);
  CHECK_FALSE(two.over_tls());
  CHECK_FALSE(two.history);
}

TEST_CASE("what cannot be forwarded to is refused, each with line and mend") {
  const auto [text, why] = GENERATE(Catch::Generators::table<const char*, const char*>(
      {{"  - url: ftp://h/x\n", "r.yaml:5: forward.1.url: 'ftp://h/x' is no http:// or https:// URL"},
       {"  - name: x\n", "'url' is missing"},
       {"  - url: http://u:p@h/x\n", "a secret does not belong into a URL"},
       {"  - url: http://h:0/x\n", "the port is not 1 to 65535"},
       {"  - url: http://h/x#y\n", "never sent"},
       {"  - {url: http://h/x, nam: y}\n", "unknown key; did you mean 'name'?"},
       {"  - {url: http://h/x, name: a/b}\n", "forward.1.name: no name"},
       {"  - url: http://h/x\n  - url: http://h/y\n", "forward.2.url: 'h' is there twice"},
       {"  - {url: https://h/x, token_file: a, user: u, password_file: b}\n", "a request bears one proof"},
       {"  - {url: https://h/x, user: u}\n", "belong together"},
       {"  - {url: https://h/x, cert_file: c}\n", "cert_file: and key_file: belong together"},
       {"  - {url: http://h/x, ca_file: c}\n", "forward.1.ca_file: not over TLS"},
       {"  - {url: http://h/x, match: ['*']}\n", "'*' is no name of a metric"},
       {"  - {url: http://h/x, match: [rack-power]}\n", "'rack-power' is no name"},
       {"  - {url: http://h/x, labels: {__name__: x}}\n", "no name of a label"},
       {"  - {url: http://h/x, labels: {site: ''}}\n", "forward.1.labels.site: empty"},
       {"  - {url: http://h/x, max_samples: 0}\n", "not 1 to 50000"},
       {"  - {url: http://h/x, timeout: 10ms}\n", "not 1s to 5min"},
       {"  url: http://h/x\n", "forward: not a list"}}));
  INFO(text);
  CHECK_THAT(read(text).errors, ContainsSubstring(why));
}

TEST_CASE("forwarding without a store is refused") {
  CHECK_THAT(read("  - url: http://h/x\n", "").errors, ContainsSubstring("nothing is kept that could be forwarded"));
}
