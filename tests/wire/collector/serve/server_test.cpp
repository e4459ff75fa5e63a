#include "collector/serve/server.hpp"

#include <stdio.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"
#include "ground/clock/clock.hpp"
#include "store/store.hpp"
#include "unit/collector/serve/small_rack.hpp"
#include "wire/collector/serve/http_client.hpp"

using namespace holdup;
using namespace holdup::serve;
using namespace holdup::serve::test;
using namespace std::chrono_literals;

namespace {

Server started(Options options) {
  if (options.listen.empty()) options.listen = "127.0.0.1:0";
  auto server = Server::start(std::move(options), small_site());
  REQUIRE(server);
  server->restored({.events = {}, .last = true});
  return std::move(*server);
}

record::Event lost(int n, bool durable) {
  auto event = test::event({.n = n, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"});
  event.durable = durable;
  return event;
}

void publish(Server& server, std::vector<record::Event> events) {
  Update update;
  update.events = std::move(events);
  server.publish(std::move(update));
}

constexpr std::string_view stream_request = "GET /api/holdup/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n";

class StoreFolder {
 public:
  StoreFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "holdup-serve-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  StoreFolder(const StoreFolder&) = delete;
  StoreFolder& operator=(const StoreFolder&) = delete;
  ~StoreFolder() { std::filesystem::remove_all(path_); }
  std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

struct Deaf : store::Listener {
  void durable(std::vector<record::Event>) override {}
  void degraded(bool, const std::string&) override {}
  void set_aside(const store::SetAside&) override {}
};

void store_events(const std::string& path, int last) {
  Deaf listener;
  auto store = store::Store::open({.path = path, .boot = "b00t"}, listener);
  REQUIRE(store);
  for (int n = 1; n <= last; ++n) REQUIRE(store->append(lost(n, false)));
  REQUIRE(store->flush());
}

}  // namespace

TEST_CASE("every path answers on the wire") {
  auto server = started({});
  Teller core;
  server.publish(core.all_good(ground::Instant{1s}));
  for (const char* path : {"/", "/metrics", "/-/healthy", "/-/ready", "/api/holdup/v1/status", "/api/holdup/v1/incidents"}) {
    const auto answer = get(server.endpoint(), path);
    CAPTURE(path, answer);
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK_FALSE(body_of(answer).empty());
  }
  CHECK(get(server.endpoint(), "/").find("Content-Type: text/html; charset=utf-8\r\n") != std::string::npos);
  CHECK(get(server.endpoint(), "/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n").ends_with("# EOF\n"));
  CHECK(get(server.endpoint(), "/nowhere").starts_with("HTTP/1.1 404 "));
  CHECK(get(server.endpoint(), "/api/v1/query?query=1").starts_with("HTTP/1.1 503 "));  // it has no store
}

TEST_CASE("who asks is told of the newest sample, though nobody was woken for it") {
  auto server = started({});
  Teller core;
  server.publish(core.all_good(ground::Instant{1s}));
  for (const auto* volts : {"231.5", "232.25", "229.75"}) {
    server.publish(core.reading("pdu-a", reading::Meaning::input_voltage, std::stod(volts), ground::clock::now()));
    CHECK(get(server.endpoint(), "/metrics").find(std::string{" "} + volts + "\n") != std::string::npos);
  }
}

TEST_CASE("one connection serves several requests, HEAD without a body, and refuses other methods") {
  auto server = started({});
  HttpClient client{server.endpoint()};
  client.send(
      "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\nPUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhiGET /-/healthy HTTP/1.1\r\nHost: "
      "x\r\nConnection: close\r\n\r\n");
  REQUIRE(client.hears_the_end());
  CHECK(client.heard().starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(client.heard().find("holdup_build_info") == std::string::npos);
  CHECK(count(client.heard(), "HTTP/1.1 405 ") == 1);
  CHECK(client.heard().find("Allow: GET, HEAD\r\n") != std::string::npos);
  CHECK(client.heard().ends_with("\r\n\r\nhealthy\n"));
}

TEST_CASE("a client that never ends its request is cut off") {
  Options options;
  options.limits.request = 300ms;
  auto server = started(std::move(options));
  HttpClient silent{server.endpoint()}, slow{server.endpoint()}, bodiless{server.endpoint()};
  slow.send("GET / HTTP/1.1\r\nHost: ");
  bodiless.send("POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nquery=");
  for (auto* client : {&silent, &slow, &bodiless}) {
    CHECK(client->hears_the_end());
    CHECK(client->heard().empty());
  }
  CHECK(get(server.endpoint(), "/-/healthy").starts_with("HTTP/1.1 200 "));
}

TEST_CASE("too long a header, too long a body and nonsense are refused") {
  auto server = started({});
  CHECK(get(server.endpoint(), "/", "X: " + std::string(9000, 'x') + "\r\n").starts_with("HTTP/1.1 431 "));
  HttpClient large{server.endpoint()}, rude{server.endpoint()};
  large.send("POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + std::string(70000, 'x'));
  CHECK(large.hears("HTTP/1.1 413 "));
  rude.send("\x16\x03\x01 this is TLS\r\n\r\n");
  CHECK(rude.hears("HTTP/1.1 400 "));
}

TEST_CASE("one address may hold only so many connections") {
  Options options;
  options.limits.connections_per_address = 2;
  auto server = started(std::move(options));
  HttpClient first{server.endpoint()}, second{server.endpoint()};
  first.send(stream_request);
  second.send(stream_request);
  REQUIRE(first.hears("retry:"));
  REQUIRE(second.hears("retry:"));
  HttpClient third{server.endpoint()};
  CHECK(third.hears("HTTP/1.1 503 "));
}

TEST_CASE("an event is streamed as said and again as durable") {
  auto server = started({});
  HttpClient client{server.endpoint()};
  client.send(stream_request);
  REQUIRE(client.hears("retry: 1000\n\n"));
  CHECK(client.heard().find("Content-Type: text/event-stream\r\n") != std::string::npos);
  client.forget();
  publish(server, {lost(1, false)});
  REQUIRE(client.hears("\n\n"));
  CHECK(client.heard() == "data: " + record::to_json(lost(1, false)) + "\n\n");
  client.forget();
  server.acknowledged({lost(1, true)});
  REQUIRE(client.hears("\n\n"));
  CHECK(client.heard() == "id: b00t-1\ndata: " + record::to_json(lost(1, true)) + "\n\n");
}

TEST_CASE("a stream resumes after the last id from the store, then goes on live") {
  const StoreFolder folder;
  store_events(folder.file("r12.db"), 450);  // more than two slices
  auto server = started({.listen = {}, .store_path = folder.file("r12.db")});
  HttpClient client{server.endpoint()};
  client.send("GET /api/holdup/v1/stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: b00t-2\r\n\r\n");
  REQUIRE(client.hears("id: b00t-450\n"));
  server.acknowledged({lost(450, true)});  // the store's word for what was read from it already
  publish(server, {lost(451, false)});
  REQUIRE(client.hears("\"id\":\"b00t-451\""));
  CHECK(client.heard().find("\"id\":\"b00t-2\"") == std::string::npos);
  CHECK(count(client.heard(), "\"durable\":true") == 448);
  CHECK(count(client.heard(), "id: b00t-450\n") == 1);
}

TEST_CASE("a stream's client that never reads is cut off, others are not") {
  auto server = started({});
  HttpClient lazy{server.endpoint()}, eager{server.endpoint()};
  lazy.send(stream_request);
  eager.send(stream_request);
  REQUIRE(lazy.hears("retry:"));
  REQUIRE(eager.hears("retry:"));
  auto large = lost(1, false);
  large.evidence.resize(64, large.evidence.front());
  constexpr int events = 6000, portion = 200;
  for (int n = 1; n <= events; ++n) {
    std::vector<record::Event> some;
    for (; static_cast<int>(some.size()) < portion && n <= events; ++n) {
      large.id = "b00t-" + std::to_string(n);
      some.push_back(large);
    }
    --n;
    publish(server, std::move(some));
    REQUIRE(eager.hears("\"id\":\"b00t-" + std::to_string(n) + "\""));
    eager.forget();
  }
  REQUIRE(lazy.hears_the_end());
  CHECK(lazy.heard().find("\"id\":\"b00t-" + std::to_string(events) + "\"") == std::string::npos);
}

TEST_CASE("queries run over the store by GET and POST") {
  const StoreFolder folder;
  store_events(folder.file("r12.db"), 1);
  auto server = started({.listen = {}, .store_path = folder.file("r12.db")});
  CHECK(body_of(get(server.endpoint(), "/api/v1/query?query=1%2B1&time=10")) ==
        R"({"status":"success","data":{"resultType":"scalar","result":[10,"2"]}})");
  CHECK(body_of(get(server.endpoint(), "/api/v1/query_range?query=1%2B1&start=10&end=12&step=2")) ==
        R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[10,"2"],[12,"2"]]}]}})");
  HttpClient poster{server.endpoint()};
  poster.send(
      "POST /api/v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 19\r\nConnection: "
      "close\r\n\r\nquery=1%2B1&time=10");
  REQUIRE(poster.hears_the_end());
  CHECK(poster.heard().ends_with(R"("result":[10,"2"]}})"));
  CHECK(get(server.endpoint(), "/api/v1/query?query=1%2B").starts_with("HTTP/1.1 400 "));
  const auto old = body_of(get(server.endpoint(), "/api/holdup/v1/incidents/b00t-1"));  // the mirror was not told of it
  CHECK(old.starts_with(R"({"id":"b00t-1",)"));
  CHECK(get(server.endpoint(), "/api/holdup/v1/incidents/b00t-9").starts_with("HTTP/1.1 404 "));
}

TEST_CASE("an address that is taken or none is a failure, not an end") {
  auto server = started({});
  CHECK_FALSE(Server::start({.listen = "nonsense", .store_path = {}}, small_site()));
  CHECK_FALSE(Server::start({.listen = "192.0.2.1:0", .store_path = {}}, small_site()));
  CHECK_FALSE(Server::start({.listen = server.endpoint(), .store_path = {}}, small_site()));
}

TEST_CASE("promtool finds nothing wrong with the metrics") {
  const StoreFolder folder;
  auto server = started({});
  Teller core;
  auto update = core.all_good(ground::Instant{1h * 1000000});  // ahead of any uptime: fresh whenever this runs
  update.figures.emplace().poll.observe(3ms);
  server.publish(std::move(update));
  const auto text = body_of(get(server.endpoint(), "/metrics"));
  REQUIRE(text.find("rack_state{") != std::string::npos);
  std::ofstream{folder.file("metrics")} << text;
  // Debian 13 packs promtool by itself.
  const std::string command = "peers=" HOLDUP_SOURCE_DIR
                              "/tests/peers; tool=$($peers prometheus)/usr/bin/promtool; "
                              "[ -x \"$tool\" ] || tool=$($peers promtool)/usr/bin/promtool; \"$tool\" check metrics <" +
                              folder.file("metrics") + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  for (int c = ::fgetc(pipe); c != EOF; c = ::fgetc(pipe)) said += static_cast<char>(c);
  CHECK(::pclose(pipe) == 0);
  CHECK(said.empty());
}
