#include <stdlib.h>  // mkdtemp

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <optional>
#include <thread>

#include "catch.hpp"
#include "collector/cli/daemon_client.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/serve/server.hpp"
#include "ground/clock/clock.hpp"
#include "said.hpp"
#include "store/store.hpp"
#include "unit/collector/serve/small_rack.hpp"

using namespace holdup;
using namespace holdup::cli;
using holdup::cli::test::run;
using namespace holdup::serve::test;
using namespace std::chrono_literals;

namespace {

struct Rack {
  Rack() : server{serve::Server::start({.listen = "127.0.0.1:0", .store_path = {}}, small_site())} {
    REQUIRE(server);
    server->restored({.events = {}, .last = true});
    server->publish(core.all_good(ground::clock::now() + 1h));  // stays fresh for the test
  }
  std::string url() const { return "http://" + server->endpoint() + "/"; }
  void publish(std::vector<record::Event> events) {
    serve::Update update;
    update.events = std::move(events);
    server->publish(std::move(update));
  }

  Teller core;
  ground::Result<serve::Server> server;
};

record::Event lost(int n) { return event({.n = n, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"}); }

}  // namespace

TEST_CASE("status of a redundant rack is fine and says so") {
  const Rack rack;
  const auto said = run({"status", "--url", rack.url()});
  CHECK(said.code == fine);
  CHECK(said.out.rfind("r12: redundant\n", 0) == 0);
  CHECK(said.out.find('\x1b') == std::string::npos);  // this is no terminal
}

TEST_CASE("status with an open incident is a problem, in words and as JSON") {
  Rack rack;
  rack.publish({lost(1)});
  auto said = run({"status", "--url", rack.url()});
  CHECK(said.code == problem_found);
  CHECK(said.out.find("incident b00t-1  feed/A is lost (probable)") != std::string::npos);
  said = run({"status", "--json", "--url", rack.url()});
  CHECK(said.code == problem_found);
  CHECK(boost::json::parse(said.out).at("incidents").at(0).at("id") == "b00t-1");
}

TEST_CASE("a daemon that is not there cannot be known") {
  std::optional<Rack> rack{std::in_place};
  const auto url = rack->url();
  rack.reset();
  const std::string verb = GENERATE("status", "events", "query");
  auto arguments = std::vector<std::string>{verb, "--url", url};
  if (verb == "query") arguments.push_back("up");
  const auto said = run(arguments);
  CHECK(said.code == cannot_know);
  CHECK(said.err.rfind("holdup: 127.0.0.1:", 0) == 0);
  CHECK(said.out.empty());
}

TEST_CASE("events are listed in order with evidence, or one JSON object a line") {
  Rack rack;
  auto restored = lost(3);
  restored.verdict = "restored";
  restored.phase = record::Phase::end;
  auto ended = lost(2);
  ended.phase = record::Phase::end;
  rack.publish({lost(1), ended, restored});
  auto said = run({"events", "--url", rack.url()});
  CHECK(said.code == fine);
  CHECK(said.out.find("begin feed_lost feed/A (probable)") < said.out.find("end restored feed/A"));
  CHECK(said.out.find("    device/pdu-a: silence") != std::string::npos);
  said = run({"events", "--json", "--url", rack.url()});
  CHECK(said.out == record::to_json(lost(1)) + "\n" + record::to_json(ended) + "\n" + record::to_json(restored) + "\n");
}

TEST_CASE("a store file is read without a daemon") {
  std::string folder = (std::filesystem::temp_directory_path() / "holdup-cli-XXXXXX").string();
  REQUIRE(::mkdtemp(folder.data()) != nullptr);
  const auto file = folder + "/r12.db";
  struct Deaf : store::Listener {
    void durable(std::vector<record::Event>) override {}
    void degraded(bool, const std::string&) override {}
    void set_aside(const store::SetAside&) override {}
  } listener;
  {
    auto store = store::Store::open({.path = file, .boot = "b00t"}, listener);
    REQUIRE(store);
    REQUIRE(store->append(lost(1)));
    REQUIRE(store->flush());
  }
  auto said = run({"events", "--store", file, "--json"});
  CHECK(said.code == fine);
  CHECK(said.out.find("\"durable\":true") != std::string::npos);
  said = run({"status", "--store", file});
  CHECK(said.code == problem_found);
  CHECK(said.out.rfind("1 incident open", 0) == 0);
  CHECK(run({"query", "1 + 1", "--store", file}).out == "2\n");
  CHECK(run({"query", "1 +", "--store", file}).code == usage);
  CHECK(run({"status", "--store", folder + "/none.db"}).code == cannot_know);
  std::filesystem::remove_all(folder);
}

TEST_CASE("a followed stream hands over each line and ends with its daemon") {
  std::optional<Rack> rack{std::in_place};
  const auto daemon = DaemonClient::at(rack->url());
  REQUIRE(daemon);
  std::vector<DaemonClient::Message> heard;
  auto durable = lost(1);
  durable.durable = true;
  rack->server->acknowledged({durable});  // the anchor of a stream that begins now
  REQUIRE(daemon->get("/-/healthy"));     // it has been taken in
  std::thread ending;
  const auto ended = daemon->follow("", [&](const DaemonClient::Message& message) {
    if (message.id.empty() && message.data.empty()) return;  // the greeting
    heard.push_back(message);
    if (heard.size() == 1) rack->publish({lost(2)});
    if (heard.size() == 2) ending = std::thread{[&] { rack.reset(); }};
  });
  ending.join();
  CHECK_FALSE(ended.what.empty());
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].id == "b00t-1");
  CHECK(heard[0].data.empty());
  CHECK(heard[1].id.empty());
  CHECK(heard[1].data == record::to_json(lost(2)));
}

TEST_CASE("a contact's line that cannot be read is said, and a url that is none refused") {
  const auto missing = run({"probe", "gpio://no-such-chip/0"});
  CHECK(missing.code == 4);
  CHECK(missing.out.empty());
  CHECK(missing.err.starts_with("holdup probe: gpio://no-such-chip/0: no GPIO chip 'no-such-chip': "));
  CHECK(run({"probe", "gpio://no-such-chip"}).code == 2);
  CHECK(run({"probe", "gpio://no-such-chip/0?active=down"}).code == 2);
  const auto profiled = run({"probe", "gpio://no-such-chip/0", "--profile", "orv3-psu"});
  CHECK(profiled.code == 2);
  CHECK(profiled.err == "holdup probe: --profile: a line has no profile; leave it out\n");
}
