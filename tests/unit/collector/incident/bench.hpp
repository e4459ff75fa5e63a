#pragma once

#include "collector/incident/ledger.hpp"
#include "tests/unit/collector/detect/rig.hpp"

// A ledger on the rack of the rig, told one change a second; what it writes, a line an event.
namespace holdup::incident::test {

using namespace std::chrono_literals;
using Kind = detect::Change::Kind;
using Lines = std::vector<std::string>;

inline detect::Change change(Kind kind, detect::Verdict verdict, const std::string& element,
                             detect::Strength strength = detect::Strength::proven) {
  return {kind, {verdict, *ground::Element::parse(element), strength, {}, {}}};
}

// "begin pdu_dark pdu-a <- pdu-a #b-1"
inline std::string text(const record::Event& event) {
  return std::string{record::phase_names[static_cast<std::size_t>(event.phase)]} + " " + event.verdict + " " + event.element + " <- " +
         event.cause + " #" + event.incident;
}

struct Bench {
  site::Site site;
  Ledger ledger{site};
  ground::Instant now{100s};
  std::vector<record::Event> log;

  explicit Bench(const std::string& rack = detect::test::two_feeds) : site{detect::test::site_of(rack)} { ledger.begin_boot("b"); }
  Bench(const Bench&) = delete;

  Lines file(const std::vector<detect::Change>& changes) {
    now += 1s;
    return keep(ledger.file(changes, {now, 0s}));
  }
  Lines begin(detect::Verdict verdict, const std::string& element, detect::Strength strength = detect::Strength::proven) {
    return file({change(Kind::begun, verdict, element, strength)});
  }
  Lines end(detect::Verdict verdict, const std::string& element) { return file({change(Kind::ended, verdict, element)}); }
  Lines tell(Note note) { return keep(ledger.tell(std::move(note), {now, 0s})); }
  Lines settle(ground::Duration later) {
    now += later;
    return keep(ledger.settle({now, 0s}));
  }

 private:
  Lines keep(std::vector<record::Event> events) {
    Lines lines;
    for (auto& event : events) lines.push_back(text(event)), log.push_back(std::move(event));
    return lines;
  }
};

}  // namespace holdup::incident::test
