#include "collector/coverage/coverage_json.hpp"

#include "ground/json_writer.hpp"

namespace holdup::coverage {
namespace {

using ground::JsonWriter;

template <class Items, class Write>
void list(JsonWriter& out, std::string_view key, const Items& items, Write write) {
  out.key(key).begin_array();
  for (const auto& item : items) write(item);
  out.end_array();
}

void texts(JsonWriter& out, std::string_view key, const std::vector<std::string>& all) {
  list(out, key, all, [&](const std::string& one) { out.value(one); });
}

void write_seconds(JsonWriter& out, std::string_view key, std::optional<Duration> length) {
  out.key(key);
  length ? out.value(ground::seconds(*length)) : out.null();
}

void write_time(JsonWriter& out, std::string_view key, std::optional<ground::Utc> time) {
  out.key(key);
  time ? out.value(ground::iso8601(*time)) : out.null();
}

/// `at_least_s` counts what is known where a part is not.
void write_delay(JsonWriter& out, const Delay& delay) {
  list(out, "terms", delay.terms, [&](const Term& term) {
    out.begin_object().field("term", term.what);
    write_seconds(out, "s", term.length);
    out.field("basis", name(term.length ? term.basis : Basis::unknown)).field("why", term.why).end_object();
  });
  write_seconds(out, "worst_s", delay.worst());
  out.field("at_least_s", ground::seconds(delay.least())).field("basis", name(delay.basis()));
}

void write_exercise(JsonWriter& out, const std::optional<Exercise>& last) {
  out.key("exercised");
  if (!last) return void(out.null());
  out.begin_object().field("time", ground::iso8601(last->time)).field("verdict", last->verdict).field("strength", last->strength);
  write_seconds(out, "after_first_sign_s", last->after_first);
  out.field("event", last->event).end_object();
}

void write_sign(JsonWriter& out, const Sign& sign) {
  out.begin_object().field("source", sign.source).field("point", sign.point).field("what", sign.what).field("proves", name(sign.proves));
  list(out, "sees", sign.sees, [&](Loss loss) { out.value(name(loss)); });
  out.field("only", sign.only);
  write_delay(out, sign.delay);
  texts(out, "needs", sign.needs);
  write_exercise(out, sign.exercised);
  out.end_object();
}

void write_signs(JsonWriter& out, const std::vector<Sign>& signs) {
  list(out, "signs", signs, [&](const Sign& sign) { write_sign(out, sign); });
}

void write_blind(JsonWriter& out, const std::vector<Blind>& blind) {
  list(out, "blind", blind, [&](const Blind& one) { out.begin_object().field("what", one.what).field("text", one.text).end_object(); });
}

void write_best(JsonWriter& out, std::string_view key, const Sign& sign) {
  out.key(key).begin_object().field("source", sign.source).field("what", sign.what).field("proves", name(sign.proves));
  write_seconds(out, "worst_s", sign.delay.worst());
  out.field("at_least_s", ground::seconds(sign.delay.least())).field("basis", name(sign.delay.basis())).end_object();
}

std::string line_of(const Picture& picture, const Supply& supply) {
  JsonWriter out;
  out.begin_object().field("what", "supply").field("element", picture.site.element_of_supply(supply.supply).text());
  list(out, "losses", supply.seen, [&](const Seen& seen) {
    out.begin_object().field("of", name(seen.loss));
    write_best(out, "first", supply.signs[seen.first]);
    write_best(out, "surest", supply.signs[seen.surest]);
    out.end_object();
  });
  write_signs(out, supply.signs);
  write_blind(out, supply.blind);
  out.key("rests_on");
  supply.rests_on.empty() ? out.null() : out.value(supply.rests_on);
  texts(out, "single_points", supply.single_points);
  texts(out, "unknown", supply.unknown);
  write_time(out, "carried", supply.carried);
  return out.field("live", picture.live()).field("exercised", supply.exercised()).end_object().take();
}

std::string line_of(const Picture& picture, const Feed& feed) {
  JsonWriter out;
  out.begin_object().field("what", "feed").field("element", picture.site.element_of_feed(feed.feed).text());
  texts(out, "pdus", feed.pdus);
  write_signs(out, feed.signs);
  write_blind(out, feed.blind);
  return out.end_object().take();
}

std::string line_of(const Picture& picture, const Load& load) {
  JsonWriter out;
  out.begin_object().field("what", "load").field("element", picture.site.element_of_load(load.load).text());
  write_blind(out, load.blind);
  return out.end_object().take();
}

}  // namespace

std::vector<std::string> json_lines(const Picture& picture, const Coverage& coverage) {
  std::vector<std::string> out;
  for (const auto& one : coverage.supplies) out.push_back(line_of(picture, one));
  for (const auto& one : coverage.loads) out.push_back(line_of(picture, one));
  for (const auto& one : coverage.feeds) out.push_back(line_of(picture, one));
  return out;
}

}  // namespace holdup::coverage
