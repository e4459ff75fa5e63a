#include "collector/coverage/picture.hpp"

#include <algorithm>

#include "collector/detect/facts.hpp"
#include "collector/plan/card.hpp"
#include "collector/plan/plan.hpp"
#include "collector/plan/rhythm.hpp"
#include "ground/number.hpp"

namespace holdup::coverage {
namespace {

using Known = DeviceView::Known;

Basis basis_of(const DeviceView& view) { return view.known == Known::answers ? Basis::measured : Basis::data_sheet; }

/// The longer of what is declared and what was learned, as detect takes it.
Term refresh(const DeviceView& view, const reading::Point& point) {
  if (view.learned && *view.learned >= point.refresh.value_or(Duration{}))
    return {.what = "refresh", .length = view.learned, .basis = Basis::measured, .why = "learned"};
  if (point.refresh) return {.what = "refresh", .length = point.refresh, .basis = Basis::data_sheet, .why = "declared"};
  return {.what = "refresh", .length = {}, .why = "not declared, not learned"};
}

Term poll(const site::Device& device, const DeviceView& view, std::size_t p) {
  const auto& point = view.points[p];
  Term out{.what = "poll",
           .length = view.periods[p],
           .basis = basis_of(view),
           .why = std::string{reading::lane_names[static_cast<std::size_t>(point.lane)]} + " lane"};
  const auto usual = plan::lane_period(device, point.lane, point.refresh.value_or(Duration{}));
  if (view.learned && view.periods[p] == *view.learned / 2 && view.periods[p] > usual)
    out.why += ", slowed from " + ground::duration_text(usual) + " to half the learned refresh";
  if (view.slowdown > 1) out.why += ", " + ground::number_text(view.slowdown) + " times slower since it suffered";
  return out;
}

Term answer(const DeviceView& view) {
  const auto bound = "time-out " + ground::duration_text(view.timeout);
  if (view.round_trip) return {.what = "answer", .length = view.round_trip, .basis = Basis::measured, .why = bound};
  return {.what = "answer", .length = view.timeout, .basis = Basis::data_sheet, .why = bound};
}

bool shares_host(const site::Site& site, Index device) {
  const auto card = plan::card_of(site.devices[device]);
  for (Index d = 0; d < site.devices.size(); ++d)
    if (d != device && plan::card_of(site.devices[d]) == card) return true;
  return false;
}

}  // namespace

DeviceView unknown(const site::Device& device) { return {.points = {}, .periods = {}, .timeout = plan::answer_time(device)}; }

DeviceView on_paper(const site::Device& device, std::span<const reading::Point> points, const reading::Pace& pace, bool exact) {
  DeviceView out{.known = Known::profile, .exact = exact, .points = {}, .periods = {}};
  const auto rhythms = plan::rhythms_of(device, points, device.pace.over(pace));
  out.timeout = plan::answer_time(device, rhythms);
  for (std::uint32_t p = 0; p < points.size(); ++p) {
    if (points[p].means == reading::Meaning::none) continue;
    out.points.push_back(points[p]);
    for (const auto& rhythm : rhythms)
      if (std::ranges::find(rhythm.points, p) != rhythm.points.end()) out.periods.push_back(rhythm.period);
  }
  return out;
}

Delay heard(const Picture& picture, Index device, std::size_t point) {
  const auto& view = picture.devices[device];
  return {{refresh(view, view.points[point]), poll(picture.site.devices[device], view, point), answer(view)}};
}

// The first of them may come a period late; the next follow at once, as long as quick retries go, and then on the grid.
Delay silent(const Picture& picture, Index device) {
  const auto& view = picture.devices[device];
  Term first{.what = "poll", .length = {}, .why = "not known what it tells"};
  if (!view.periods.empty()) {
    const auto fastest = std::ranges::min_element(view.periods) - view.periods.begin();
    first = poll(picture.site.devices[device], view, static_cast<std::size_t>(fastest));
    first.why = "its shortest period";
  }
  unsigned questions = detect::Hearing::silent_questions;
  while (questions <= plan::quick_retries && (questions - 1) * view.timeout < detect::Hearing::silent_over) ++questions;
  Duration length = questions * view.timeout;
  if (length - view.timeout < detect::Hearing::silent_over) ++questions, length += view.timeout + first.length.value_or(Duration{});
  return {{std::move(first),
           {.what = "silence",
            .length = length,
            .basis = Basis::data_sheet,
            .why = std::to_string(questions) + " questions unanswered, time-out " + ground::duration_text(view.timeout)}}};
}

Delay opened(const site::Contact& contact) {
  Delay out;
  if (contact.kind == site::ContactKind::relay)
    out.terms.push_back({.what = "drop-out", .length = {}, .why = "of the relay, and of what drives it"});
  if (contact.debounce > Duration{}) out.terms.push_back({.what = "debounce", .length = contact.debounce, .basis = Basis::data_sheet});
  if (!contact.pair.empty()) out.terms.push_back({.what = "flight", .length = contact.flight, .basis = Basis::data_sheet});
  out.terms.push_back({.what = "qualify", .length = contact.qualify, .basis = Basis::data_sheet});
  return out;
}

std::vector<std::string> way_of(const site::Site& site, Index device) {
  const auto& one = site.devices[device];
  std::vector<std::string> out{site.element_of_device(device).text()};
  if (!one.address.serial.path.empty()) {
    out.push_back("line " + one.address.serial.path);
    return out;
  }
  if (shares_host(site, device)) out.push_back("host " + one.address.host);
  out.push_back(site.path_of_device(device).text());
  for (const auto& path : site.self.path)
    if (std::ranges::find(out, path) == out.end()) out.push_back(path);
  return out;
}

}  // namespace holdup::coverage
