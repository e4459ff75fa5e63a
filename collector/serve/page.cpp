#include "collector/serve/page.hpp"

#include <algorithm>
#include <cmath>

#include "collector/incident/severity.hpp"
#include "collector/serve/assessment.hpp"
#include "collector/serve/page_style.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

namespace holdup::serve {
namespace {

// Colour, shape and word say the same, for eyes that see no colour.
struct Badge {
  std::string_view style, shape;
};

Badge badge(Level level) {
  switch (level) {
    case Level::redundant:
      return {"good", "●"};
    case Level::degraded:
      return {"warn", "▲"};
    case Level::lost:
      return {"bad", "■"};
    case Level::unknown:
      break;
  }
  return {"dim", "?"};
}

Badge badge(SupplyView::State state) {
  if (state == SupplyView::State::on) return {"good", "●"};
  return state == SupplyView::State::lost ? Badge{"bad", "■"} : Badge{"dim", "?"};
}

std::string marked(Badge look, std::string_view word) {
  return "<b class=" + std::string{look.style} + ">" + std::string{look.shape} + " " + escaped(word) + "</b>";
}

std::string age(std::optional<Instant> at, Instant now) {
  if (!at) return "never";
  const auto unseen = std::max<Duration>(now - *at, Duration{});
  if (unseen < std::chrono::seconds{10}) return ground::number_text(std::round(ground::seconds(unseen) * 10) / 10) + " s";
  return ground::duration_text(std::chrono::floor<std::chrono::seconds>(unseen));
}

/// "1.25 A": the unit from the ending of the metric's name.
std::string quantity(const Value& value) {
  if (value.states)
    for (const auto& state : *value.states)
      if (static_cast<double>(state.code) == value.value) return state.name;
  static constexpr std::pair<std::string_view, std::string_view> units[]{{"_volts", " V"},        {"_amperes", " A"}, {"_watts", " W"},
                                                                         {"_voltamperes", " VA"}, {"_hertz", " Hz"},  {"_celsius", " °C"},
                                                                         {"_rpm", " rpm"},        {"_seconds", " s"}};
  const double scale = std::abs(value.value) < 10 ? 100 : 10;
  auto text = ground::number_text(std::round(value.value * scale) / scale);
  for (const auto& [ending, unit] : units)
    if (value.series->name.ends_with(ending)) return text + std::string{unit};
  return text;
}

/// "rack_voltage_volts input", "rack_power_watts outlet 3": what tells one row of a supply from the next.
std::string title(const record::Series& series) {
  std::string text = series.name;
  if (series.label("part") == "outlet") return text.append(" outlet ").append(series.label("index"));
  const auto which = series.label("name").empty() ? series.label("index") : series.label("name");
  return which.empty() ? text : text.append(" ").append(which);
}

std::string cells(const Value& value, Instant now) {
  const bool stale = value.quality == ground::Quality::good && !value.fresh(now);
  const auto quality = stale ? ground::Quality::stale : value.quality;
  const std::string look = quality == ground::Quality::good ? "" : " class=old";
  const auto shown = std::isnan(value.value) || !value.at ? "–" : quantity(value);
  return "<td" + look + ">" + escaped(shown) + "<td" + look + ">" + escaped(name(quality)) + "<td>" + age(value.at, now);
}

struct Writer {
  const Mirror& mirror;
  incident::Moment moment;
  Assessment assessment;
  std::string out;

  void head();
  void supplies();
  void signs(site::Index supply);
  void feeds();
  void devices();
  void contacts();
  void notices();
  void incidents();
  void evidence(const std::vector<record::Evidence>& signs);
  void ended();
  void warnings();
  void own();

  const site::Site& site() const { return mirror.site(); }
  bool held(const ground::Element& element) const;
  std::string local(ground::Utc time) const { return "<time>" + ground::iso8601(time) + "</time>"; }
};

bool Writer::held(const ground::Element& element) const {
  return std::any_of(mirror.open().begin(), mirror.open().end(), [&](const auto& incident) {
    return std::any_of(incident.open.begin(), incident.open.end(), [&](const auto& open) { return open.element == element; });
  });
}

void Writer::head() {
  const auto look = badge(assessment.level);
  out.append(
      "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><meta http-equiv=refresh "
      "content=2>");
  out.append("<title>")
      .append(look.shape)
      .append(" ")
      .append(escaped(assessment.sentence))
      .append("</title><style>")
      .append(page_style)
      .append("</style>");
  out.append("<main><h1 class=")
      .append(look.style)
      .append(">")
      .append(look.shape)
      .append(" ")
      .append(escaped(assessment.sentence))
      .append("</h1>");
  if (const auto reason = mirror.unready(); !reason.empty())
    out.append("<p class=warn>Not ready: ").append(escaped(reason)).append(".</p>");
  for (const auto& load : assessment.loads)
    out.append("<p>").append(escaped(site().loads[load.load].name)).append(": paths <b>").append(name(load.paths)).append("</b></p>");
}

// What people said: it stands above all that it makes quiet or loud.
void Writer::notices() {
  const auto& notices = mirror.ledger().notices();
  if (const auto& hands = notices.hands_off())
    out.append("<p class=warn>Hands off since ")
        .append(local(hands->begin))
        .append(", by ")
        .append(escaped(hands->by))
        .append(": nothing is changed by any verb.</p>");
  for (const auto& window : notices.windows())
    out.append("<p class=warn>Maintenance of <b>")
        .append(escaped(window.element.text()))
        .append("</b> (")
        .append(name(window.intent))
        .append(") by ")
        .append(escaped(window.owner))
        .append(" until ")
        .append(local(window.end))
        .append(": ")
        .append(escaped(window.reason))
        .append("</p>");
  for (const auto& one : notices.attestations())
    out.append("<p>")
        .append(escaped(one.element.text()))
        .append(": attested, not proven, by ")
        .append(escaped(one.by))
        .append(" at ")
        .append(local(one.time))
        .append(": ")
        .append(escaped(one.reason))
        .append("</p>");
}

void Writer::incidents() {
  if (mirror.open().empty()) return;
  out.append("<h2>Open incidents</h2>");
  for (const auto& incident : mirror.open()) {
    out.append("<section class=").append(mirror.ledger().severity_of(incident) == "critical" ? "bad" : "warn").append("><h3>");
    out.append(escaped(std::string{name(incident.verdict)} + " " + incident.cause.text()))
        .append("</h3><p>")
        .append(escaped(incident::sentence(incident)));
    out.append("<p>strength <b>").append(name(incident.strength)).append("</b>, since ").append(local(incident.begin));
    out.append(", <a href=\"/api/holdup/v1/incidents/")
        .append(escaped(incident.id))
        .append("\">")
        .append(escaped(incident.id))
        .append("</a><ul>");
    for (const auto& open : incident.open)
      out.append("<li>").append(
          escaped(open.element.text() + " " + std::string{name(open.verdict)} + " (" + std::string{name(open.strength)} + ")"));
    out.append("</ul>");
    evidence(incident.evidence);
    out.append("</section>");
  }
}

void Writer::evidence(const std::vector<record::Evidence>& signs) {
  if (signs.empty()) return;
  out.append(signs.size() > 8 ? "<details>" : "<details open>").append("<summary>Evidence</summary><table>");
  for (const auto& e : signs) {
    out.append("<tr><td>").append(escaped(e.source)).append("<td>").append(escaped(e.point)).append("<td>");
    out.append(e.value ? ground::number_text(*e.value) : "").append("<td>").append(local(e.time));
  }
  out.append("</table></details>");
}

void Writer::ended() {
  if (mirror.closed().empty()) return;
  out.append("<h2>Ended</h2><table>");
  for (std::size_t i = 0; i < mirror.closed().size() && i < 10; ++i) {
    const auto& closed = mirror.closed()[i];
    out.append("<tr><td>").append(local(closed.end)).append("<td>").append(escaped(closed.incident.cause.text()));
    out.append("<td>")
        .append(name(closed.incident.verdict))
        .append("<td>")
        .append(closed.into.empty() ? "restored" : "part of " + escaped(closed.into));
  }
  out.append("</table>");
}

void Writer::warnings() {
  if (mirror.warnings().empty()) return;
  out.append("<h2>Warnings</h2><table>");
  for (const auto& w : mirror.warnings()) {
    out.append("<tr><td>")
        .append(marked({"warn", "▲"}, w.name))
        .append("<td>")
        .append(escaped(w.element))
        .append("<td>")
        .append(escaped(w.summary));
    out.append("<td>").append(local(w.since));
  }
  out.append("</table>");
}

void Writer::supplies() {
  out.append("<h2>Supplies</h2><table><tr><th>Supply<th>State<th>Why<th>Value<th>Quality<th>Age");
  for (const auto& view : assessment.supplies) {
    out.append("<tr><td>")
        .append(escaped(site().element_of_supply(view.supply).text()))
        .append("<td>")
        .append(marked(badge(view.state), name(view.state)));
    out.append("<td colspan=4>").append(escaped(view.why));
    signs(view.supply);
  }
  out.append("</table>");
}

void Writer::signs(site::Index index) {
  const auto& supply = site().supplies[index];
  const auto row = [&](const Value& value) {
    out.append("<tr class=sub><td><td colspan=2>").append(escaped(title(*value.series))).append(cells(value, moment.now));
  };
  if (supply.status)
    for (const Value* value : mirror.device(*supply.status).meaningful) row(*value);
  if (!supply.pdu) return;
  for (const Value* value : mirror.device(*supply.pdu).meaningful)
    if (value->series->label("part") == "outlet" && value->series->label("index") == supply.outlet) row(*value);
}

void Writer::feeds() {
  if (site().feeds.empty()) return;
  out.append("<h2>Feeds</h2><table>");
  for (site::Index f = 0; f < site().feeds.size(); ++f) {
    const auto element = site().element_of_feed(f);
    std::size_t on = 0, all = 0;
    for (site::Index d = 0; d < site().devices.size(); ++d)
      if (site().devices[d].feed == f) ++all, on += mirror.device(d).heard && !mirror.device(d).silent_since ? 1 : 0;
    out.append("<tr><td>")
        .append(escaped(element.text()))
        .append("<td>")
        .append(held(element) ? marked({"bad", "■"}, "lost") : "no verdict");
    out.append("<td>").append(std::to_string(on) + " of " + std::to_string(all) + " on it answer");
  }
  out.append("</table>");
}

void Writer::devices() {
  out.append("<h2>Devices</h2><table><tr><th>Device<th>Answers<th>Model<th>Value<th>Quality<th>Age");
  for (site::Index d = 0; d < site().devices.size(); ++d) {
    const auto& device = mirror.device(d);
    const bool answers = device.heard && !device.silent_since;
    out.append("<tr><td>").append(escaped(site().devices[d].name)).append("<td>");
    out.append(answers ? marked({"good", "●"}, "yes") : marked({"dim", "?"}, device.silent_since ? "silent" : "not yet")).append("<td>");
    if (device.identity) out.append(escaped(device.identity->vendor + " " + device.identity->model));
    out.append("<td><td><td>").append(age(device.heard, moment.now));
    for (const Value* value : device.meaningful)
      if (value->series->label("part") == "inlet" || value->series->label("part") == "system")
        out.append("<tr class=sub><td><td colspan=2>").append(escaped(value->series->name)).append(cells(*value, moment.now));
  }
  out.append("</table>");
}

void Writer::contacts() {
  if (site().contacts.empty()) return;
  out.append("<h2>Contacts</h2><table><tr><th>Contact<th>State<th>Of<th>Senses<th>Since<th>Last moved");
  for (const auto& contact : site().contacts) {
    const auto state = mirror.contact(contact.name);
    const std::string word = state ? state->word : "unknown";
    out.append("<tr><td>").append(escaped(contact.name)).append("<td>");
    out.append(word == "closed" ? marked({"good", "●"}, word) : word == "open" ? marked({"bad", "■"}, word) : marked({"dim", "?"}, word));
    out.append("<td>").append(escaped(site().element_of_supply(contact.supply).text()));
    out.append("<td>").append(site::senses_names[static_cast<std::size_t>(contact.senses)]).append("<td>");
    if (state) out.append(local(state->since));
    out.append("<td>").append(state && state->exercised ? local(*state->exercised) : "never: untested");
  }
  out.append("</table>");
}

void Writer::own() {
  const auto& figures = mirror.figures();
  const auto mean = [](const ground::Histogram& h) {
    return h.count() == 0 ? std::string{"–"}
                          : ground::number_text(std::round(h.sum_seconds() / static_cast<double>(h.count()) * 1e5) / 100) + " ms mean of " +
                                std::to_string(h.count());
  };
  out.append("<h2>holdup itself</h2><table><tr><td>Store<td>")
      .append(mirror.store_trouble().empty() ? "fine" : escaped(mirror.store_trouble()));
  out.append("<tr><td>Polls<td>").append(mean(figures.poll)).append("<tr><td>Loop turn<td>").append(mean(figures.loop_turn));
  out.append("<tr><td>Evidence to alert<td>").append(mean(figures.detect)).append("<tr><td>Commit<td>").append(mean(figures.store_commit));
  for (const auto& [what, count] : figures.dropped)
    if (count > 0) out.append("<tr><td>Dropped<td>").append(escaped(what)).append(": ").append(std::to_string(count));
  out.append("<tr><td>Shown at<td>").append(local(ground::utc(moment.now, moment.utc_offset))).append("</table>");
  out.append(
      "<p class=dim><a href=/metrics>metrics</a> · <a href=/api/holdup/v1/status>status</a> · <a "
      "href=/api/holdup/v1/incidents>incidents</a></p></main>");
}

}  // namespace

std::string page(const Mirror& mirror, incident::Moment moment) {
  Writer writer{mirror, moment, assess(mirror, moment.now), {}};
  writer.head();
  writer.notices();
  writer.incidents();
  writer.warnings();
  writer.supplies();
  writer.feeds();
  writer.devices();
  writer.contacts();
  writer.ended();
  writer.own();
  return writer.out + std::string{page_script};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (char c : ground::printable(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  return out;
}

}  // namespace holdup::serve
