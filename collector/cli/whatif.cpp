#include <algorithm>
#include <cmath>
#include <iostream>

#include "collector/cli/configuration.hpp"
#include "collector/cli/measured.hpp"
#include "collector/cli/verbs.hpp"
#include "collector/site/loss.hpp"
#include "ground/json_writer.hpp"
#include "ground/nearest.hpp"
#include "ground/number.hpp"
#include "ground/utf8.hpp"

// `holdup whatif --lose ELEMENT`: what goes dark, what overloads and in what time that may trip, reckoned from the site file; nothing is
// touched.
namespace holdup::cli {
namespace {

using ground::Element;
using ground::JsonWriter;

std::string figure(double value, const char* unit) {
  return ground::number_text(value < 100 ? std::round(value * 10) / 10 : std::round(value)) + " " + unit;
}

double rounded(double value) { return std::round(value * 100) / 100; }

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::vector<std::string> texts(const std::vector<Element>& elements) {
  std::vector<std::string> out;
  for (const auto& element : elements) out.push_back(element.text());
  return out;
}

/// What each load draws, and how that is known.
struct Draw {
  std::vector<double> watts;
  std::vector<std::string> source;  // "measured", "needs_watts", "unknown"
};

Draw draw_of(const site::Site& site, const WhatifOptions& options) {
  Draw out{.watts = site::needed_watts(site), .source = {}};
  for (const auto& load : site.loads) out.source.emplace_back(load.needs_watts ? "needs_watts" : "unknown");
  if (options.url.empty() && options.store.empty()) return out;
  const auto measured = measured_watts(site, {.url = options.url, .store = options.store});
  if (!measured) {
    std::cerr << "holdup whatif: " << ground::printable(measured.error().what) << ": on paper only\n";
    return out;
  }
  for (std::size_t l = 0; l < out.watts.size(); ++l)
    if ((*measured)[l]) out.watts[l] = *(*measured)[l], out.source[l] = "measured";
  return out;
}

/// One loss, told line by line.
class Teller {
 public:
  Teller(const site::Site& site, const Element& element, const Draw& draw, bool json)
      : site_{site}, element_{element}, draw_{draw}, json_{json}, loss_{site::lose(site, element, draw.watts)} {}

  /// Whether something goes dark that should not, or overloads.
  bool tell() {
    if (!json_) std::cout << "losing " << element_.text() << '\n';
    tell_draw();
    tell_dark();
    for (const auto ats : loss_.transferred) tell_one("transferred", site_.element_of_ats(ats), "takes its alternate source");
    for (const auto ups : loss_.on_battery) tell_one("on_battery", site_.element_of_ups(ups), "on battery; how long is not known on paper");
    for (const auto& survivor : loss_.survivors) tell_survivor(survivor);
    for (const auto& strain : loss_.strains) tell_strain(strain);
    tell_upses();
    tell_silent();
    if (!json_ && !bad_) std::cout << "  every load lives on, and nothing is overloaded\n";
    return bad_;
  }

 private:
  void say(const std::string& head, const std::string& text) const { std::cout << "  " << head << ": " << text << '\n'; }
  static JsonWriter begin(std::string_view what) {
    JsonWriter out;
    out.begin_object().field("what", what);
    return out;
  }
  static void end(JsonWriter& out) { std::cout << out.end_object().text() << '\n'; }
  static void list(JsonWriter& out, std::string_view key, const std::vector<std::string>& words) {
    out.key(key).begin_array();
    for (const auto& word : words) out.value(word);
    out.end_array();
  }

  void tell_one(std::string_view what, const Element& element, const std::string& text) const {
    if (!json_) return say(element.text(), text);
    auto out = begin(what);
    out.field("element", element.text());
    end(out);
  }

  void tell_draw() const {
    std::vector<std::string> unknown;
    for (std::size_t l = 0; l < site_.loads.size(); ++l) {
      if (draw_.source[l] == "unknown") unknown.push_back(site_.loads[l].name);
      if (!json_) continue;
      auto out = begin("draw");
      out.field("element", site_.loads[l].name).field("source", draw_.source[l]);
      if (draw_.source[l] != "unknown") out.field("watts", rounded(draw_.watts[l]));
      end(out);
    }
    if (!json_ && !unknown.empty()) say("not reckoned with", listed(unknown) + ": no needs_watts, and not measured");
  }

  void tell_dark() {
    for (const auto& element : loss_.dark) {
      const bool load = site_.load(element.text()).has_value();
      bad_ = bad_ || load || element.text() == "self";
      if (json_ && !electrical(element)) continue;
      if (json_) tell_one("dark", element, {});
    }
    std::vector<Element> shown;
    std::ranges::copy_if(loss_.dark, std::back_inserter(shown), [&](const Element& e) { return electrical(e); });
    if (!json_ && !shown.empty()) say("dark", listed(texts(shown)) + (shown.back().text() == "self" ? ": the alarm dies with it" : ""));
  }

  /// A device's card has power of its own to lose, or not: what it stands for is another element.
  static bool electrical(const Element& element) { return !element.is("device"); }

  void tell_survivor(const site::Survivor& survivor) {
    const auto& load = site_.loads[survivor.load];
    const double watts = draw_.watts[survivor.load];
    const bool enough = !survivor.rated_watts || *survivor.rated_watts >= watts;
    bad_ = bad_ || !enough;
    const bool redundant = survivor.on.size() > 1 && survivor.shared.empty();
    if (!json_) {
      std::string text =
          names_of(survivor.off) + " off; " + names_of(survivor.on) + (watts > 0 ? " carries " + figure(watts, "W") : " carries all");
      if (survivor.rated_watts) text += " of " + figure(*survivor.rated_watts, "W");
      text += enough ? "" : ": more than rated";
      text += redundant                 ? ""
              : survivor.on.size() == 1 ? "; no redundancy is left"
                                        : "; all that is left hangs on " + listed(texts(survivor.shared));
      return say(load.name, text);
    }
    auto out = begin("survives");
    out.field("element", load.name);
    list(out, "off", elements_of(survivor.off));
    list(out, "on", elements_of(survivor.on));
    list(out, "shared", texts(survivor.shared));
    out.field("watts", rounded(watts)).field("redundant", redundant).field("enough", enough);
    if (survivor.rated_watts) out.field("rated_watts", rounded(*survivor.rated_watts));
    end(out);
  }

  [[nodiscard]] std::string names_of(const std::vector<site::Index>& supplies) const {
    std::vector<std::string> out;
    for (const auto s : supplies) out.push_back(site_.supplies[s].name);
    return listed(out);
  }
  [[nodiscard]] std::vector<std::string> elements_of(const std::vector<site::Index>& supplies) const {
    std::vector<std::string> out;
    for (const auto s : supplies) out.push_back(site_.element_of_supply(s).text());
    return out;
  }

  void tell_strain(const site::Strain& strain) {
    const auto& burden = strain.burden;
    const bool over = burden.ratio() > 1;
    bad_ = bad_ || over;
    std::vector<std::string> then;
    for (const auto l : strain.then_dark) then.push_back(site_.loads[l].name);
    if (!json_) {
      const bool more = burden.amperes > strain.amperes_before * 1.001;
      std::string text = (burden.line == 0 ? "" : "L" + std::to_string(burden.line) + " ") +
                         (more ? figure(strain.amperes_before, "A") + " -> " : std::string{"as before, "}) + figure(burden.amperes, "A") +
                         " of " + figure(burden.rating_amperes, "A") + ", " + ground::number_text(std::round(burden.ratio() * 100)) + " %";
      if (over) text += strain.trip ? ": trips " + site::trip_text(*strain.trip) : ": overloaded, and may hold for ever";
      if (!over && site_.code == site::Code::nec && burden.ratio() > 0.8) text += ": more than the 80 % of NEC";
      if (!then.empty()) text += "; then dark: " + listed(then);
      return say(burden.element.text(), text);
    }
    auto out = begin("breaker");
    out.field("element", burden.element.text());
    if (burden.line != 0) out.field("line", burden.line);
    out.field("amperes_before", rounded(strain.amperes_before)).field("amperes", rounded(burden.amperes));
    out.field("rating_amperes", burden.rating_amperes).field("overloaded", over);
    if (strain.trip) trip_fields(out, *strain.trip);
    list(out, "then_dark", then);
    end(out);
  }

  static void trip_fields(JsonWriter& out, const site::TripTime& trip) {
    out.field("trips_after_s", rounded(ground::seconds(trip.least)));
    out.key("trips_within_s");
    trip.most ? out.value(rounded(ground::seconds(*trip.most))) : out.null();
  }

  void tell_upses() {
    const auto watts = site::ups_watts(site_, loss_.flow);
    for (site::Index u = 0; u < watts.size(); ++u) {
      const auto rated = site_.upses[u].rated_watts;
      if (!rated || watts[u] <= *rated) continue;
      bad_ = true;
      if (!json_) {
        say(site_.element_of_ups(u).text(), figure(watts[u], "W") + " of " + figure(*rated, "W") + ": overloaded");
        continue;
      }
      auto out = begin("ups");
      out.field("element", site_.element_of_ups(u).text()).field("watts", rounded(watts[u])).field("rated_watts", *rated);
      end(out);
    }
  }

  void tell_silent() const {
    if (!json_ && !loss_.silent.empty()) say("silent", listed(texts(loss_.silent)));
    if (!json_) return;
    for (const auto& element : loss_.silent) tell_one("silent", element, {});
  }

  const site::Site& site_;
  const Element& element_;
  const Draw& draw_;
  bool json_;
  bool bad_ = false;
  site::Loss loss_;
};

int unknown_element(const std::string& text, const site::Site& site) {
  const auto known = texts(site::every_element(site));
  const auto guess = ground::nearest(text, std::vector<std::string_view>{known.begin(), known.end()});
  std::cerr << "holdup whatif: no element '" << ground::printable(text) << "' in this site file"
            << (guess.empty() ? "; write feed/A, a PDU, PDU/bank/1, a load, LOAD/SUPPLY…" : "; did you mean '" + guess + "'?") << '\n';
  return usage;
}

}  // namespace

int whatif(const WhatifOptions& options) {
  ground::Problems problems;
  const auto configuration = load_configuration(options.path, options.profiles, problems);
  if (!print_errors(problems, options.json)) return problem_found;
  const auto& site = configuration.site;
  const auto element = Element::parse(options.lose);
  const auto known = site::every_element(site);
  if (!element || std::ranges::find(known, *element) == known.end()) return unknown_element(options.lose, site);
  const auto draw = draw_of(site, options);
  return Teller{site, *element, draw, options.json}.tell() ? problem_found : fine;
}

}  // namespace holdup::cli
