#include "collector/deliver/target.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace holdup::deliver;

TEST_CASE("an Alertmanager's URL is a base") {
  for (const char* url : {"http://127.0.0.1:9093", "http://127.0.0.1:9093/"}) {
    const auto target = parse_target(Receiver::alertmanager, url);
    REQUIRE(target.has_value());
    CHECK(target->host == "127.0.0.1");
    CHECK(target->port == "9093");
    CHECK(target->authority == "127.0.0.1:9093");
    CHECK(target->path == "/api/v2/alerts");
  }
  CHECK(parse_target(Receiver::alertmanager, "http://am.example/alerts/")->path == "/alerts/api/v2/alerts");
}

TEST_CASE("a webhook's URL is taken as it is") {
  CHECK(parse_target(Receiver::webhook, "http://127.0.0.1:9000/hook")->path == "/hook");
  CHECK(parse_target(Receiver::webhook, "http://127.0.0.1:9000")->path == "/");
  CHECK(parse_target(Receiver::webhook, "http://h/a%20b?k=v&x")->path == "/a%20b?k=v&x");
}

TEST_CASE("without a port it is 80, and an IPv6 host keeps its brackets in the header only") {
  CHECK(parse_target(Receiver::webhook, "http://pager.example/x")->port == "80");
  const auto target = parse_target(Receiver::webhook, "http://[::1]:9000/x");
  REQUIRE(target.has_value());
  CHECK(target->host == "::1");
  CHECK(target->authority == "[::1]:9000");
}

TEST_CASE("what cannot be posted to is refused with the reason") {
  const auto [url, why] = GENERATE(Catch::Generators::table<const char*, const char*>({{"https://am.example:9093", "https"},
                                                                                       {"ftp://h/x", "http://"},
                                                                                       {"am.example:9093", "http://"},
                                                                                       {"", "no URL"},
                                                                                       {"http://user:secret@h/x", "secret"},
                                                                                       {"http:///x", "host"},
                                                                                       {"http://h:0/x", "port"},
                                                                                       {"http://h:99999/x", "port"},
                                                                                       {"http://h/x#y", "#"},
                                                                                       {"http://h/x\r\nEvil: 1", "no URL"}}));
  INFO(url);
  const auto target = parse_target(Receiver::webhook, url);
  REQUIRE(target.has_error());
  CHECK(target.error().what.find(why) != std::string::npos);
}
