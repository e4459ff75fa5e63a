#include "collector/core/contact_log.hpp"

namespace holdup::core {
namespace {

constexpr std::chrono::seconds repeat_after{10};  // a contact may flap for hours; its series keeps every change

}  // namespace

std::optional<record::Evidence> ContactLog::line(const ground::Element& contact, const detect::Contacts::Fact& fact,
                                                 incident::Moment moment) {
  if (written && moment.now - *written < repeat_after) return std::nullopt;
  if (!fact.open || !fact.found) written = moment.now;  // who tests a contact right after the start is heard
  std::string text = !fact.open ? "contact " + std::string{name(fact.trouble)} : *fact.open ? "contact open" : "contact closed";
  if (fact.open && fact.found) text += ", as found";
  const auto at = fact.open ? fact.since : fact.trouble_since;
  return record::Evidence{.source = contact.text(),
                          .point = std::move(text),
                          .value = {},
                          .quality = fact.open ? "good" : "failed",
                          .time = ground::utc(at, moment.utc_offset),
                          .uncertainty = fact.uncertainty};
}

}  // namespace holdup::core
