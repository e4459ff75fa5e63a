#include "collector/serve/verify_json.hpp"

#include <algorithm>
#include <array>

#include "collector/incident/restoration.hpp"
#include "collector/serve/coverage_answer.hpp"
#include "collector/serve/status_json.hpp"
#include "ground/json_writer.hpp"

namespace holdup::serve {
namespace {

using ground::Element;
using incident::Proof;

/// What restoration sees of the mirror.
class MirrorEyes final : public incident::Eyes {
 public:
  MirrorEyes(const Mirror& mirror, incident::Moment moment) : mirror_{mirror}, moment_{moment} {}

  [[nodiscard]] std::vector<incident::Told> of_device(site::Index device, reading::Meaning means) const override {
    return told(device, [&](const Value& value) { return value.means == means; });
  }
  [[nodiscard]] std::vector<incident::Told> of_outlet(const site::Cord& cord, reading::Meaning means) const override {
    return told(cord.pdu, [&](const Value& value) { return value.means == means && value.series->label("index") == cord.outlet; });
  }
  [[nodiscard]] std::optional<ground::Utc> carried(site::Index supply) const override { return last_carried(mirror_, supply, moment_); }

 private:
  template <class Wanted>
  [[nodiscard]] std::vector<incident::Told> told(site::Index device, Wanted wanted) const {
    std::vector<incident::Told> out;
    for (const Value* value : mirror_.device(device).meaningful)
      if (wanted(*value) && value->at)
        out.push_back({.source = mirror_.site().element_of_device(device),
                       .point = value->series->text(),
                       .value = value->value,
                       .fresh = value->fresh(moment_.now) && !mirror_.device(device).silent_since,
                       .time = ground::utc(*value->at, moment_.utc_offset)});
    return out;
  }

  const Mirror& mirror_;
  incident::Moment moment_;
};

struct Latched {
  Element element;
  std::string text;
};

/// What is lost on the element, above it or below.
std::vector<Latched> latched_on(const Mirror& mirror, const Element& element) {
  std::vector<Latched> out;
  const auto& branches = mirror.ledger().branches();
  for (const auto& incident : mirror.open())
    for (const auto& open : incident.open) {
      const bool bad = detect::is_loss(open.verdict) || sort(open.verdict) == detect::Sort::consequence;
      if (bad && (branches.share(open.element, element) || branches.touches(open.element, element)))
        out.push_back(
            {open.element, open.element.text() + " " + std::string{name(open.verdict)} + " (" + std::string{name(open.strength)} + ")"});
    }
  return out;
}

void write_line(ground::JsonWriter& out, const incident::RestorationLine& line) {
  out.begin_object().field("about", line.about).field("proof", name(line.proof)).field("why", line.why).field("text", line.text());
  write_evidence(out, line.evidence);
  out.end_object();
}

}  // namespace

std::string verify_json(const Mirror& mirror, std::string_view text, incident::Moment moment) {
  const auto element = Element::parse(text);
  if (!element) return {};
  const auto latched = latched_on(mirror, *element);
  if (latched.empty() && !mirror.ledger().branches().knows(*element)) return {};
  const MirrorEyes eyes{mirror, moment};
  const incident::Restoration restoration{mirror.site(), eyes, mirror.ledger().notices()};
  std::array lines{restoration.inputs(*element), restoration.stored_energy(*element), restoration.data_protection(*element),
                   restoration.unobserved(*element)};
  if (!latched.empty()) {
    lines[0].proof = Proof::not_yet;
    lines[0].why = "latched: ";
    for (const auto& one : latched) lines[0].why += (&one == latched.data() ? "" : ", ") + one.text;
  }
  ground::JsonWriter out;
  out.begin_object().field("element", element->text()).field("time", ground::iso8601(moment.utc())).key("lines").begin_array();
  for (const auto& line : lines) write_line(out, line);
  return out.end_array().end_object().take();
}

}  // namespace holdup::serve
