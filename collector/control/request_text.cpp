#include "collector/control/request_text.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "ground/json_writer.hpp"

namespace holdup::control {
namespace {

namespace json = boost::json;

constexpr double longest_seconds = 1e9;

ground::Failure malformed(const std::string& what) { return {ground::FailureKind::malformed, what}; }

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string{value->as_string()} : "";
}

ground::Duration seconds_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const double seconds = value != nullptr && value->is_number() ? value->to_number<double>() : 0;
  if (!(std::abs(seconds) <= longest_seconds)) return {};
  return std::chrono::round<ground::Duration>(std::chrono::duration<double>{seconds});
}

std::optional<ground::Duration> length_of(const json::object& object, std::string_view key) {
  return object.contains(key) ? std::optional{seconds_of(object, key)} : std::nullopt;
}

/// {"least":0.1,"most":0.5}, in seconds.
std::optional<incident::Between> span_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_object()) return std::nullopt;
  return incident::Between{.least = seconds_of(value->as_object(), "least"), .most = seconds_of(value->as_object(), "most")};
}

std::optional<record::Evidence> sign_of(const json::value& value) {
  const auto* object = value.if_object();
  const auto time = object != nullptr ? ground::parse_iso8601(text(*object, "time")) : std::nullopt;
  if (!time) return std::nullopt;
  const auto* number = object->if_contains("value");
  return record::Evidence{.source = text(*object, "source"),
                          .point = text(*object, "point"),
                          .value = number != nullptr && number->is_number() ? std::optional{number->to_number<double>()} : std::nullopt,
                          .quality = text(*object, "quality"),
                          .time = *time,
                          .uncertainty = seconds_of(*object, "uncertainty_s")};
}

ground::Result<core::Request> commission_of(const json::object& object) {
  const auto result = std::ranges::find(incident::pull_result_names, text(object, "result"));
  if (result == incident::pull_result_names.end()) return malformed("no result of a pull test by that word");
  incident::Commissioned test{.by = text(object, "by"),
                              .result = static_cast<incident::PullResult>(result - incident::pull_result_names.begin()),
                              .cord = text(object, "cord"),
                              .seen = text(object, "seen"),
                              .remark = text(object, "remark"),
                              .incident = text(object, "incident"),
                              .verdict = text(object, "said"),
                              .strength = text(object, "strength"),
                              .detection = span_of(object, "detection_s"),
                              .after_word = span_of(object, "after_word_s"),
                              .handover = length_of(object, "handover_s"),
                              .restored = length_of(object, "restored_s"),
                              .signs = {}};
  const auto* signs = object.if_contains("signs");
  for (const auto& each : signs != nullptr && signs->is_array() ? signs->as_array() : json::array{}) {
    auto sign = sign_of(each);
    if (!sign) return malformed("a sign is not source, point, value, quality, time and uncertainty_s");
    test.signs.push_back(std::move(*sign));
  }
  return core::Request{core::Commission{.element = text(object, "element"), .test = std::move(test)}};
}

ground::Result<core::Request> read(const json::object& object, const Tokens* tokens) {
  const auto what = text(object, "do");
  const auto whose = [&] { return tokens != nullptr ? tokens->name_of(text(object, "token")) : std::string{}; };
  if (what == "attest") return core::Request{core::Attest{text(object, "element"), text(object, "by"), text(object, "reason")}};
  if (what == "maintenance add")
    return core::Request{core::OpenWindow{text(object, "element"), text(object, "intent"), text(object, "owner"), text(object, "reason"),
                                          seconds_of(object, "for_s")}};
  if (what == "maintenance end") return core::Request{core::EndWindow{text(object, "window"), text(object, "by")}};
  if (what == "commission") return commission_of(object);
  const bool hands = what == "handsoff start" || what == "handsoff end";
  if (hands && tokens == nullptr) return malformed("no tokens are configured: add handsoff: {tokens: FILE} to the site file");
  if (what == "handsoff start") return core::Request{core::BeginHandsOff{text(object, "by"), whose()}};
  if (what == "handsoff end") return core::Request{core::EndHandsOff{text(object, "by"), whose()}};
  if (what == "permit" && (text(object, "verb") == "db compact" || text(object, "verb") == "reload"))
    return core::Request{core::Permit{text(object, "verb")}};
  return malformed("nothing is done by that word");
}

}  // namespace

ground::Result<core::Request> request_of(std::string_view line, const Tokens* tokens) {
  boost::system::error_code error;
  const auto value = json::parse(json::string_view{line.data(), line.size()}, error);
  if (error || !value.is_object()) return malformed("no JSON object");
  return read(value.as_object(), tokens);
}

std::string answer_text(const core::Answer& answer, bool durable) {
  using Outcome = core::Answer::Outcome;
  ground::JsonWriter out;
  out.begin_object().field("ok", answer.outcome == Outcome::done);
  if (answer.outcome == Outcome::done)
    out.field("text", answer.text).field("event", answer.event).field("durable", durable);
  else
    out.field("refused", answer.outcome == Outcome::refused).field("error", answer.text);
  return out.end_object().take() + "\n";
}

std::string denial_text(const std::string& why) {
  ground::JsonWriter out;
  out.begin_object().field("ok", false).field("refused", true).field("error", why);
  return out.end_object().take() + "\n";
}

}  // namespace holdup::control
