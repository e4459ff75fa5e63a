#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/detect/verdict.hpp"
#include "collector/site/site.hpp"
#include "store/record/event.hpp"

// One cause, one incident: files every change of a verdict under an open incident or a new one, moves the cause up as evidence comes,
// and closes an incident with its restoration verdict. Its state is a fold over the events it wrote, so a crash loses nothing that was
// stored. Used by the core. Pure.
namespace holdup::incident {

using ground::Element;

/// What one step writes with: the host's clock readings and the boot they belong to.
struct Moment {
  ground::Instant now{};
  ground::Duration utc_offset{};
};

struct OpenVerdict {
  detect::Verdict verdict{};
  Element element;
  detect::Strength strength{};
  ground::Instant since{};  // of this boot; a fold from another boot takes the moment of the fold
};

struct Incident {
  std::string id;
  detect::Verdict verdict{};  // of the cause
  Element cause;
  detect::Strength strength{};
  std::string summary;
  std::vector<record::Evidence> evidence;
  ground::Utc begin{};
  std::vector<OpenVerdict> open;
};

class Ledger {
 public:
  explicit Ledger(const site::Site& site) : site_{&site} {}

  /// The boot that new ids belong to: "3f2a91c0".
  void begin_boot(std::string boot) { boot_ = std::move(boot); }
  /// Stored events, oldest first, before the first file(). What cannot be folded (an unknown word) is passed over.
  void fold(const record::Event& event, Moment moment);
  /// After the last stored event: the restorations that a crash kept from being written.
  [[nodiscard]] std::vector<record::Event> finish_fold(Moment moment);
  /// The events that these changes make, in order.
  [[nodiscard]] std::vector<record::Event> file(const std::vector<detect::Change>& changes, Moment moment);
  /// Something that was heard and is no verdict: an event of its own that begins and ends at once and belongs to no incident.
  struct Note {
    std::string_view word;
    Element element;
    std::vector<record::Evidence> lines;
  };
  [[nodiscard]] record::Event note(Note note, Moment moment);
  /// The site was reloaded: elements that are gone keep their incidents until restored by hand or proof.
  void rebind(const site::Site& site) { site_ = &site; }

  [[nodiscard]] const std::vector<Incident>& open() const { return open_; }
  /// Verdicts that would have opened an incident while 10,000 were open, since the start: they wait for one to close and change again.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Draft {
    const detect::Finding& finding;
    record::Phase phase{};
  };

  void begin(const detect::Finding& finding, Moment moment);
  void strengthen(const detect::Finding& finding, Moment moment);
  void end(const detect::Finding& finding, Moment moment);
  void tell_past(const detect::Finding& finding, Moment moment);
  void close_past(const Incident& incident, const detect::Finding& finding, Moment moment);
  void close(Incident& incident, const std::vector<record::Evidence>& proof, Moment moment);
  void raise_cause(Incident& incident, const detect::Finding& finding, Moment moment);
  void restate(Incident& incident, const detect::Finding& finding, Moment moment) const;
  void absorb(Incident& into, Moment moment);
  record::Event& write(const Incident& incident, const Draft& draft, Moment moment);
  [[nodiscard]] record::Event blank(Moment moment);
  [[nodiscard]] std::vector<record::Evidence> evidence_of(const detect::Finding& finding, Moment moment) const;
  [[nodiscard]] Incident* home_of(const detect::Finding& finding);
  [[nodiscard]] bool is_above(const Element& upper, const Element& lower) const;
  [[nodiscard]] bool is_at_or_above(const Element& upper, const Element& lower) const;
  [[nodiscard]] bool explains(const detect::Finding& finding, const Incident& incident) const;
  void take_out(const OpenVerdict& verdict, const record::Event& event);
  [[nodiscard]] bool related(const Incident& incident, const detect::Finding& finding) const;
  [[nodiscard]] std::pair<Incident*, OpenVerdict*> find(detect::Verdict verdict, const Element& element);
  [[nodiscard]] Incident* by_id(const std::string& id);

  const site::Site* site_;
  std::string boot_;
  std::uint64_t count_ = 0, dropped_ = 0;
  std::vector<Incident> open_;
  std::vector<record::Event> events_;
};

}  // namespace holdup::incident
