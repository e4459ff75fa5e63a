#include "collector/core/trap_log.hpp"

namespace holdup::core {
namespace {

using namespace std::chrono_literals;

constexpr ground::Duration repeat_after = 10s;
constexpr std::size_t most_seen = 10'000;      // a stranger chooses the OIDs
constexpr std::size_t most_varbinds = 32;      // of one event
constexpr std::size_t most_value_bytes = 256;  // of one value

std::string heading(const reading::TrapMessage& message) {
  std::string text = "trap " + message.trap;
  text += message.says ? " says " + std::string{name(*message.says)} : ": no profile knows it";
  if (!message.part.empty()) text += " of " + message.part + (message.index.empty() ? "" : " " + message.index.substr(0, most_value_bytes));
  return text;
}

}  // namespace

std::optional<std::vector<record::Evidence>> TrapLog::lines(const ground::Element& device, const reading::TrapMessage& message,
                                                            incident::Moment moment) {
  const auto text = heading(message);
  if (seen_.size() >= most_seen) seen_.clear();
  const auto [at, fresh] = seen_.try_emplace(device.text() + ' ' + text, Seen{.written = moment.now});
  Seen& seen = at->second;
  if (!fresh && moment.now - seen.written < repeat_after) return ++seen.since, std::nullopt;
  std::vector<record::Evidence> out{line(device, text, moment)};
  if (seen.since > 0) out.push_back(line(device, std::to_string(seen.since) + " more of these were not written down", moment));
  for (const auto& [name, value] : message.varbinds) {
    if (out.size() > most_varbinds) break;
    out.push_back(line(device, name + " = " + value.substr(0, most_value_bytes), moment));
  }
  seen = {.written = moment.now};
  return out;
}

record::Evidence TrapLog::line(const ground::Element& source, std::string text, incident::Moment moment) {
  return {.source = source.text(),
          .point = std::move(text),
          .value = {},
          .quality = "good",
          .time = ground::utc(moment.now, moment.utc_offset),
          .uncertainty = {}};
}

}  // namespace holdup::core
