#include "collector/incident/notices.hpp"

#include <algorithm>

#include "collector/detect/verdict.hpp"

namespace holdup::incident {
namespace {

using record::Phase;

constexpr std::string_view attested = "attested", maintenance = "maintenance", handsoff = "handsoff", blind_word = "blind",
                           commissioned_word = "commissioned";
// What was measured of a pull test, in seconds; each lies within its uncertainty before its value.
constexpr std::string_view detection_line = "detection_s", word_line = "after_word_s", handover_line = "handover_s",
                           restored_line = "restored_s";

record::Evidence line(const Element& element, std::string text, ground::Utc time) {
  return {.source = element.text(), .point = std::move(text), .value = {}, .quality = "good", .time = time, .uncertainty = {}};
}

/// "by: alice" → "alice".
std::string after(const record::Event& event, std::string_view key) {
  for (const auto& e : event.evidence)
    if (e.point.starts_with(key) && e.point.substr(key.size()).starts_with(": ")) return e.point.substr(key.size() + 2);
  return {};
}

ground::Utc time_of(const record::Event& event, std::string_view key) {
  for (const auto& e : event.evidence)
    if (e.point.starts_with(key)) return e.time;
  return event.time;
}

std::optional<Between> span_of(const record::Event& event, std::string_view point) {
  const auto at = std::ranges::find(event.evidence, point, &record::Evidence::point);
  if (at == event.evidence.end() || !at->value) return std::nullopt;
  const auto most = std::chrono::round<ground::Duration>(std::chrono::duration<double>{*at->value});
  return Between{.least = most - at->uncertainty, .most = most};
}

std::optional<ground::Duration> most_of(const std::optional<Between>& span) { return span ? std::optional{span->most} : std::nullopt; }
std::optional<Between> up_to(const std::optional<ground::Duration>& most) {
  return most ? std::optional{Between{*most, *most}} : std::nullopt;
}

/// What stands behind the lines of "key: text" and the measured spans.
bool is_sign(const record::Evidence& evidence, const std::string& element) {
  return evidence.source != element && !evidence.source.empty();
}

/// An event of this word with lines of "key: text".
class Draft {
 public:
  Draft(std::string_view word, const Element& element, Phase phase, Moment moment)
      : note_{.word = word, .element = element, .lines = {}, .phase = phase}, time_{moment.utc()} {
    note_.strength = "attested";  // a person's word
  }

  Draft& add(std::string_view key, const std::string& text) { return add(key, text, time_); }
  Draft& add(std::string_view key, const std::string& text, ground::Utc time) {
    if (!text.empty()) note_.lines.push_back(line(note_.element, std::string{key} + ": " + text, time));
    return *this;
  }
  Draft& add(std::string_view key, const std::optional<Between>& span) {
    if (!span) return *this;
    note_.lines.push_back(line(note_.element, std::string{key}, time_));
    note_.lines.back().value = ground::seconds(span->most);
    note_.lines.back().uncertainty = span->most - span->least;
    return *this;
  }
  [[nodiscard]] Note take() { return std::move(note_); }

 private:
  Note note_;
  ground::Utc time_;
};

}  // namespace

bool Notices::is_word(std::string_view verdict) {
  return verdict == attested || verdict == maintenance || verdict == handsoff || verdict == blind_word || verdict == commissioned_word;
}

void Notices::fold(const record::Event& event, Moment moment, Boot boot) {
  if (event.verdict == attested) return attest(event);
  if (event.verdict == maintenance) return maintain(event, moment, boot);
  if (event.verdict == handsoff) return free_hands(event);
  if (event.verdict == commissioned_word) return commission(event);
  if (event.verdict == blind_word) blind_ = {time_of(event, "blind from"), time_of(event, "watching again")};
}

void Notices::attest(const record::Event& event) {
  const auto element = Element::parse(event.element);
  if (!element) return;
  std::erase_if(attestations_, [&](const Attestation& one) { return one.element == *element; });
  if (event.phase == Phase::end || attestations_.size() >= most) return;
  attestations_.push_back(
      {.id = event.id, .element = *element, .by = after(event, "by"), .reason = after(event, "reason"), .time = event.time});
}

// What is left of a window of another boot is reckoned from the clocks, and is never more than it was given.
void Notices::maintain(const record::Event& event, Moment moment, Boot boot) {
  if (event.phase == Phase::end) {
    const auto id = after(event, "window");
    return void(std::erase_if(windows_, [&](const Window& one) { return one.id == id; }));
  }
  const auto element = Element::parse(event.element);
  const auto intent = std::ranges::find(intent_names, after(event, "intent"));
  const auto end = ground::parse_iso8601(after(event, "until"));
  if (!element || intent == intent_names.end() || !end || windows_.size() >= most) return;
  const auto length = std::clamp<ground::Duration>(*end - event.time, {}, longest_window);
  const auto left = std::clamp<ground::Duration>(*end - moment.utc(), {}, length);
  windows_.push_back({.id = event.id,
                      .element = *element,
                      .intent = static_cast<Intent>(intent - intent_names.begin()),
                      .owner = after(event, "owner"),
                      .reason = after(event, "reason"),
                      .begin = event.time,
                      .end = *end,
                      .due = boot == Boot::this_one ? event.at + length : moment.now + left});
}

void Notices::free_hands(const record::Event& event) {
  hands_off_.reset();
  if (event.phase == Phase::begin)
    hands_off_ = {.id = event.id, .by = after(event, "by"), .token = after(event, "token"), .begin = event.time};
}

void Notices::commission(const record::Event& event) {
  const auto element = Element::parse(event.element);
  const auto result = std::ranges::find(pull_result_names, after(event, "result"));
  if (!element || result == pull_result_names.end()) return;
  std::erase_if(commissioned_, [&](const Commissioned& one) { return one.element == *element; });
  if (commissioned_.size() >= most) return;
  Commissioned test{.id = event.id,
                    .element = *element,
                    .by = after(event, "by"),
                    .result = static_cast<PullResult>(result - pull_result_names.begin()),
                    .cord = after(event, "cord"),
                    .seen = after(event, "seen"),
                    .remark = after(event, "remark"),
                    .incident = after(event, "incident"),
                    .verdict = after(event, "said"),
                    .strength = event.strength,
                    .detection = span_of(event, detection_line),
                    .after_word = span_of(event, word_line),
                    .handover = most_of(span_of(event, handover_line)),
                    .restored = most_of(span_of(event, restored_line)),
                    .signs = event.evidence,
                    .time = event.time};
  std::erase_if(test.signs, [&](const record::Evidence& one) { return !is_sign(one, event.element); });
  commissioned_.push_back(std::move(test));
}

const Attestation* Notices::attestation_of(const Element& element) const {
  const auto at = std::ranges::find(attestations_, element, &Attestation::element);
  return at == attestations_.end() ? nullptr : &*at;
}

std::optional<ground::Instant> Notices::next_due() const {
  const auto first = std::ranges::min_element(windows_, {}, &Window::due);
  return first == windows_.end() ? std::nullopt : std::optional{first->due};
}

Note note_of(const Attestation& one, Moment moment) {
  return Draft{attested, one.element, Phase::begin, moment}.add("by", one.by).add("reason", one.reason).take();
}

Note end_of(const Attestation& one, std::string why, Moment moment) {
  return Draft{attested, one.element, Phase::end, moment}.add("by", one.by).add("expired", why).take();
}

Note note_of(const Window& one, Moment moment) {
  return Draft{maintenance, one.element, Phase::begin, moment}
      .add("intent", std::string{name(one.intent)})
      .add("owner", one.owner)
      .add("reason", one.reason)
      .add("until", ground::iso8601(one.end))
      .take();
}

Note end_of(const Window& one, std::string why, Moment moment) {
  return Draft{maintenance, one.element, Phase::end, moment}.add("window", one.id).add("owner", one.owner).add("ended", why).take();
}

Note note_of(const HandsOff& hands, Moment moment) {
  return Draft{handsoff, Element::named("self"), Phase::begin, moment}.add("by", hands.by).add("token", hands.token).take();
}

Note end_of(const HandsOff& hands, std::string by, std::string token, Moment moment) {
  return Draft{handsoff, Element::named("self"), Phase::end, moment}
      .add("by", by)
      .add("token", token)
      .add("begun by", hands.by)
      .add("begun with token", hands.token)
      .take();
}

Note note_of(const Blind& blind, Moment moment) {
  auto note = Draft{blind_word, Element::named("self"), Phase::end, moment}
                  .add("blind from", ground::iso8601(blind.from), blind.from)
                  .add("watching again", ground::iso8601(blind.to), blind.to)
                  .take();
  note.strength = "proven";
  note.uncertainty = std::max<ground::Duration>(blind.to - blind.from, {});
  return note;
}

Note note_of(const Commissioned& test, Moment moment) {
  auto note = Draft{commissioned_word, test.element, Phase::end, moment}
                  .add("by", test.by)
                  .add("result", std::string{name(test.result)})
                  .add("cord", test.cord)
                  .add("seen", test.seen)
                  .add("remark", test.remark)
                  .add("said", test.verdict)
                  .add("incident", test.incident)
                  .add(detection_line, test.detection)
                  .add(word_line, test.after_word)
                  .add(handover_line, up_to(test.handover))
                  .add(restored_line, up_to(test.restored))
                  .take();
  note.strength = name(detect::strength_of(test.strength).value_or(detect::Strength::unknown));
  note.lines.insert(note.lines.end(), test.signs.begin(), test.signs.end());
  return note;
}

}  // namespace holdup::incident
