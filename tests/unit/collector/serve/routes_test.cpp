#include "collector/serve/routes.hpp"

#include <boost/json.hpp>

#include "catch.hpp"
#include "collector/serve/exposition.hpp"
#include "collector/serve/page.hpp"
#include "unit/collector/serve/small_rack.hpp"

using namespace holdup;
using namespace holdup::serve;
using namespace holdup::serve::test;
using namespace std::chrono_literals;
using reading::Meaning;

namespace {

constexpr incident::Moment moment{.now = noon + 1s, .utc_offset = utc_offset};

Answer get(const Mirror& mirror, std::string target, Method method = Method::get) {
  const Request request{.method = method, .target = std::move(target), .accept = {}, .content_type = {}, .last_event_id = {}, .body = {}};
  return std::get<Answer>(route(request, mirror, moment));
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::unique_ptr<Mirror> good_rack() {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  return mirror;
}

}  // namespace

TEST_CASE("metrics give every fresh value once, with help and type once a family") {
  const auto text = exposition(*good_rack(), noon + 1s, Format::text);
  CHECK(holds(text,
              "\nrack_supply_input_ok{device=\"shelf-psu1\",feed=\"A\",index=\"3\",load=\"cab1\",part=\"supply\",rack=\"r12\",supply="
              "\"cab1/psu1\"} 1\n"));
  CHECK(holds(text, "\n# TYPE rack_energy_joules_total counter\n"));
  CHECK(holds(text, "part=\"supply\",rack=\"r12\",supply=\"cab1/psu1\",state=\"ok\"} 1\n"));
  CHECK(holds(text, "state=\"standby \\\"cold\\\"\"} 0\n"));
  CHECK(holds(text, "\nholdup_point_age_seconds{device=\"pdu-a\",lane=\"hot\"} 1\n"));
  CHECK(holds(text, "\nholdup_dropped_total{what=\"mirror\"} 0\n"));
  const auto first = text.find("# TYPE rack_current_amperes ");
  CHECK(first != std::string::npos);
  CHECK(text.find("# TYPE rack_current_amperes ", first + 1) == std::string::npos);
  CHECK_FALSE(holds(text, "# EOF"));
}

TEST_CASE("metrics leave out what is old, absent or failed, and what cannot be judged") {
  Teller core;
  auto mirror = ready_mirror(core.site());
  tell(*mirror, core.all_good(noon));
  tell(*mirror, core.reading("pdu-a", Meaning::outlet_current, 1, noon + 1s, ground::Quality::absent));
  auto text = exposition(*mirror, noon + 1s, Format::text);
  CHECK_FALSE(holds(text, "rack_current_amperes{device=\"pdu-a\""));
  CHECK(holds(text, "rack_current_amperes{device=\"pdu-b\""));
  text = exposition(*mirror, noon + 1h, Format::text);
  CHECK_FALSE(holds(text, "rack_current_amperes{"));
  CHECK(holds(text, "holdup_point_age_seconds{device=\"pdu-b\",lane=\"hot\"} 3600\n"));
}

TEST_CASE("OpenMetrics names a counter's family without _total and ends with EOF") {
  const auto text = exposition(*good_rack(), noon + 1s, Format::open_metrics);
  CHECK(holds(text, "\n# TYPE rack_energy_joules counter\n"));
  CHECK(holds(text, "\nrack_energy_joules_total{"));
  CHECK(holds(text, "holdup_poll_seconds_bucket{le=\"1.0\"} 0\n"));
  CHECK(text.ends_with("\n# EOF\n"));
}

TEST_CASE("the format is what the scraper's Accept wants most") {
  CHECK(format_wanted("") == Format::text);
  CHECK(format_wanted("*/*") == Format::text);
  CHECK(format_wanted("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/"
                      "plain;version=0.0.4;q=0.5,*/*;q=0.1") == Format::open_metrics);
  CHECK(format_wanted("application/openmetrics-text; version=1.0.0; q=0.2, text/plain; q=0.9") == Format::text);
  CHECK(format_wanted("application/openmetrics-text;version=2.0.0") == Format::text);
}

TEST_CASE("the page says the sentence and escapes what devices call themselves") {
  const auto html = get(*good_rack(), "/").body;
  CHECK(holds(html, "<h1 class=good>● r12: redundant</h1>"));
  CHECK(holds(html, "ACME &lt;b&gt; P1"));
  CHECK_FALSE(holds(html, "ACME <b>"));
  CHECK(escaped("<a href='x'>\x1b&\"") == "&lt;a href=&#39;x&#39;&gt;\xEF\xBF\xBD&amp;&quot;");
}

TEST_CASE("the page lists an open incident with strength and evidence") {
  auto mirror = good_rack();
  Update update;
  update.events = {event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"})};
  tell(*mirror, update);
  const auto html = get(*mirror, "/").body;
  CHECK(holds(html, "feed_lost feed/A"));
  CHECK(holds(html, "strength <b>probable</b>"));
  CHECK(holds(html, "<td>device/pdu-a<td>silence"));
}

TEST_CASE("status tells loads, supplies, devices and incidents as JSON") {
  auto mirror = good_rack();
  Update update;
  update.events = {event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"})};
  tell(*mirror, update);
  const auto status = boost::json::parse(get(*mirror, "/api/holdup/v1/status").body).as_object();
  CHECK(status.at("verdict") == "degraded");
  CHECK(status.at("rack") == "r12");
  CHECK(status.at("loads").at(0).at("redundancy").at("path") == "redundant");
  CHECK(status.at("supplies").at(0).at("element") == "cab1/psu1");
  CHECK(status.at("supplies").at(0).at("values").at(0).at("quality") == "good");
  CHECK(status.at("devices").at(0).at("answers") == true);
  CHECK(status.at("devices").at(0).at("age_s").to_number<double>() == 1);
  CHECK(status.at("incidents").at(0).at("id") == "b00t-1");
  const auto incident = boost::json::parse(get(*mirror, "/api/holdup/v1/incidents/b00t-1").body).as_object();
  CHECK(incident.at("state") == "open");
  CHECK(incident.at("events").as_array().size() == 1);
}

TEST_CASE("healthy stays healthy while ready tells why not") {
  const Mirror mirror{small_site()};
  CHECK(get(mirror, "/-/healthy").status == 200);
  CHECK(get(mirror, "/-/ready").status == 503);
  CHECK(get(*good_rack(), "/-/ready").status == 200);
}

TEST_CASE("a method that is not meant is 405, a path that is not there 404") {
  const auto mirror = good_rack();
  CHECK(get(*mirror, "/metrics", Method::post).status == 405);
  CHECK(get(*mirror, "/metrics", Method::post).allow == "GET, HEAD");
  CHECK(get(*mirror, "/api/v1/query", Method::other).allow == "GET, HEAD, POST");
  const std::string nowhere =
      GENERATE("/../etc/passwd", "/metrics/", "//", "*", "", "/api/holdup/v1/incidents/..%2f..%2fx", "/api/holdup/v1/incidents/%zz");
  CHECK(get(*mirror, nowhere).status == 404);
}

TEST_CASE("a query comes by GET or as a posted form, with a time in either notation") {
  const auto mirror = good_rack();
  const auto query = std::get<InstantQuery>(
      route({.method = Method::get, .target = "/api/v1/query?query=up%7Ba%3D%22b+c%22%7D&time=1700000000.5"}, *mirror, moment));
  CHECK(query.expression == "up{a=\"b c\"}");
  CHECK(ground::iso8601(query.at) == "2023-11-14T22:13:20.500Z");
  const Request form{.method = Method::post,
                     .target = "/api/v1/query",
                     .accept = {},
                     .content_type = "application/x-www-form-urlencoded",
                     .last_event_id = {},
                     .body = "time=2023-11-14T22:13:20Z&query=1"};
  CHECK(std::get<InstantQuery>(route(form, *mirror, moment)).expression == "1");
  CHECK(std::get<InstantQuery>(route({.method = Method::get, .target = "/api/v1/query?query=1"}, *mirror, moment)).at ==
        ground::utc(moment.now, utc_offset));
  const std::string bad = GENERATE("/api/v1/query", "/api/v1/query?query=", "/api/v1/query?query=1&time=noon", "/api/v1/query?query=%4",
                                   "/api/v1/query?query=1&time=1e300");
  const auto answer = get(*mirror, bad);
  CHECK(answer.status == 400);
  CHECK(holds(answer.body, "\"errorType\":\"bad_data\""));
}

TEST_CASE("a range query has start, end and step in either notation") {
  const auto mirror = good_rack();
  const auto query = std::get<RangeQuery>(
      route({.method = Method::get, .target = "/api/v1/query_range?query=up&start=1700000000.5&end=2023-11-14T23:00:00Z&step=1m"}, *mirror,
            moment));
  CHECK(query.expression == "up");
  CHECK(ground::iso8601(query.from) == "2023-11-14T22:13:20.500Z");
  CHECK(ground::iso8601(query.to) == "2023-11-14T23:00:00.000Z");
  CHECK(query.step == std::chrono::minutes{1});
  const std::string bad =
      GENERATE("", "?query=up&end=2&step=1", "?query=up&start=1&step=1", "?query=up&start=1&end=2", "?query=up&start=1&end=2&step=0",
               "?query=up&start=2&end=1&step=1", "?query=up&start=1&end=2&step=x", "?query=up&start=1&end=99999&step=1");
  const auto answer = get(*mirror, "/api/v1/query_range" + bad);
  CHECK(answer.status == 400);
  CHECK(holds(answer.body, "\"errorType\":\"bad_data\""));
}

TEST_CASE("what a store has is asked for with selectors, times and a limit") {
  const auto mirror = good_rack();
  const auto asked = [&](const std::string& target) {
    return std::get<CatalogueQuery>(route({.method = Method::get, .target = target}, *mirror, moment));
  };
  const auto series = asked("/api/v1/series?match[]=up&match%5B%5D=rack_power_watts&start=1&end=2&limit=5");
  CHECK(series.matches == std::vector<std::string>{"up", "rack_power_watts"});
  CHECK((series.kind == CatalogueQuery::Kind::series && series.limit == 5));
  CHECK((series.from == ground::Utc{std::chrono::seconds{1}} && series.to == ground::Utc{std::chrono::seconds{2}}));
  CHECK(asked("/api/v1/labels").kind == CatalogueQuery::Kind::names);
  CHECK(asked("/api/v1/label/__name__/values").label == "__name__");
  CHECK(!asked("/api/v1/label/device/values?end=7").from);
  const std::string bad = GENERATE("series", "series?match[]=up&start=noon", "labels?start=2&end=1", "labels?limit=-1", "labels?limit=1.5",
                                   "labels?limit=x", "label/a-b/values", "label//values", "label/%zz/values", "labels?match[]=%4");
  const auto answer = get(*mirror, "/api/v1/" + bad);
  CHECK(answer.status == 400);
  CHECK(holds(answer.body, "\"errorType\":\"bad_data\""));
  CHECK(get(*mirror, "/api/v1/label/device").status == 404);
}

TEST_CASE("parameters of the URL and of a form count together") {
  const auto mirror = good_rack();
  const Request form{.method = Method::post,
                     .target = "/api/v1/series?match[]=up",
                     .accept = {},
                     .content_type = "application/x-www-form-urlencoded",
                     .last_event_id = {},
                     .body = "match[]=rack_power_watts&limit=1"};
  const auto query = std::get<CatalogueQuery>(route(form, *mirror, moment));
  CHECK(query.matches == std::vector<std::string>{"up", "rack_power_watts"});
  CHECK(query.limit == 1);
}

TEST_CASE("coverage marks what was learned, asked and answered as measured, and remembers which sign showed a loss") {
  Teller core;
  const auto mirror = good_rack();
  tell(*mirror, core.all_good(noon));
  tell(*mirror, core.own("holdup_device_refresh_seconds", "shelf-psu1", 0.5, noon));
  tell(*mirror, core.own("holdup_device_round_trip_seconds", "shelf-psu1", 0.004, noon));
  const auto psu1 = [&] { return boost::json::parse(get(*mirror, "/api/holdup/v1/coverage").body).at("lines").at(0); };
  CHECK(psu1().at("element") == "cab1/psu1");
  CHECK(psu1().at("unknown").as_array().empty());
  CHECK(std::string{psu1().at("carried").as_string()} == ground::iso8601(ground::utc(noon, utc_offset)));
  const auto sign = [&](std::string_view what) {
    const auto line = psu1();
    for (const auto& one : line.at("signs").as_array())
      if (std::string{one.at("what").as_string()} == what) return one;
    FAIL("no sign " << what);
    return boost::json::value{};
  };
  const auto input = sign("its input bit");
  CHECK(input.at("worst_s").to_number<double>() == 1.504);  // the core says: each second
  CHECK(input.at("basis") == "measured");
  CHECK(input.at("exercised").is_null());
  const auto silence = "the PDU's silence, with its load taken over";
  CHECK(sign(silence).at("exercised").is_null());
  News past;
  past.restored = {event({.n = 1, .verdict = "feed_lost", .element = "feed/A", .cause = "feed/A"})};
  mirror->apply(std::move(past));
  CHECK(sign(silence).at("exercised").at("verdict") == "feed_lost");
  CHECK(sign("its input bit").at("exercised").is_null());
}

TEST_CASE("verify tells of what carries nothing when it last did, also what was said of it before the start") {
  Teller core;
  const auto mirror = good_rack();
  tell(*mirror, core.reading("pdu-a", Meaning::outlet_current, 0, noon + 1s));
  const auto inputs = [&] {
    return std::string{boost::json::parse(get(*mirror, "/api/holdup/v1/verify/cab1%2Fpsu1").body).at("lines").at(0).at("text").as_string()};
  };
  CHECK(inputs() ==
        "inputs: proven: cab1/psu1: carries nothing now, carried load last at " + ground::iso8601(ground::utc(noon, utc_offset)));
  Teller other;
  auto fresh = ready_mirror(other.site());
  auto idle = other.all_good(noon);
  for (auto& batch : idle.batches)
    for (auto& sample : batch.samples) sample.value = sample.series == idle.known[0].series[0] ? 0 : 1;  // pdu-a's current
  tell(*fresh, std::move(idle));
  const auto said = [&] {
    return std::string{boost::json::parse(get(*fresh, "/api/holdup/v1/verify/cab1%2Fpsu1").body).at("lines").at(0).at("text").as_string()};
  };
  CHECK(said() == "inputs: proven: cab1/psu1: carries nothing now, never seen carrying load");
  auto standby = event({.n = 1, .verdict = "supply_standby", .element = "cab1/psu1", .cause = "cab1/psu1", .phase = record::Phase::end});
  standby.evidence.front().point = detect::carried_until;
  News past;
  past.restored = {standby};
  fresh->apply(std::move(past));
  CHECK(said() == "inputs: proven: cab1/psu1: carries nothing now, carried load last at " + ground::iso8601(standby.evidence.front().time));
}

TEST_CASE("guard says safe only while all that carries on is seen good, and what is not known is a STOP") {
  Teller core;
  const auto mirror = good_rack();
  const auto guarded = [&](const std::string& element) {
    return boost::json::parse(get(*mirror, "/api/holdup/v1/guard/" + element).body).as_object();
  };
  const auto reasons = [&](const std::string& element) {
    std::string out;
    const auto answer = guarded(element);
    for (const auto& stop : answer.at("stops").as_array())
      out += std::string{stop.at("element").as_string()} + ": " + std::string{stop.at("why").as_string()} + "\n";
    return out;
  };
  CHECK(guarded("cab1%2Fpsu1").at("safe") == true);
  CHECK(guarded("feed%2FA").at("safe") == true);
  CHECK(reasons("cab1") == "cab1: goes dark with it\n");
  CHECK(get(*mirror, "/api/holdup/v1/guard/cab9").status == 404);
  News news;
  news.restored = {event({.n = 1, .verdict = "supply_input_lost", .element = "cab1/psu1", .cause = "cab1/psu1"})};
  mirror->apply(std::move(news));
  CHECK(guarded("pdu-a").at("safe") == true);  // what is worked on is lost: that is the work
  CHECK(holds(reasons("cab1%2Fpsu2"), "cab1/psu1: supply_input_lost (probable)\n"));
  tell(*mirror, core.up("pdu-b", false, noon + 1s));
  CHECK(reasons("cab1%2Fpsu1") == "device/pdu-b: does not answer\n");
  tell(*mirror, core.up("shelf-psu2", false, noon + 1s));
  CHECK(holds(reasons("cab1%2Fpsu1"), "device/shelf-psu2: does not answer\n"));
  Mirror unread{core.site()};
  const auto answer = get(unread, "/api/holdup/v1/guard/cab1%2Fpsu1").body;
  CHECK(holds(answer, "\"safe\":false"));
  CHECK(holds(answer, "still reading what happened before the start"));
}

TEST_CASE("guard stops for work on the other side, and not for the window of its own") {
  const auto mirror = good_rack();
  const auto window = [&](int n, const std::string& element) {
    auto opened = event({.n = n, .verdict = "maintenance", .element = element, .cause = element, .strength = "attested"});
    opened.incident.clear();
    opened.evidence = {};
    for (const auto* line : {"intent: work", "owner: eve", "reason: new fans", "until: 2036-01-01T00:00:00.000Z"})
      opened.evidence.push_back({.source = element, .point = line, .value = {}, .quality = "good", .time = opened.time, .uncertainty = {}});
    return opened;
  };
  INFO(get(*mirror, "/api/holdup/v1/status").body);
  News own;
  own.restored = {window(1, "cab1/psu1")};
  mirror->apply(std::move(own));
  REQUIRE(mirror->ledger().notices().windows().size() == 1);
  CHECK(holds(get(*mirror, "/api/holdup/v1/guard/cab1%2Fpsu1").body, "\"safe\":true"));
  CHECK(holds(get(*mirror, "/api/holdup/v1/guard/cab1%2Fpsu2").body, "is worked on by eve: new fans"));
}
