#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/detect/verdict.hpp"
#include "collector/incident/branches.hpp"
#include "collector/incident/moment.hpp"
#include "collector/incident/notices.hpp"
#include "collector/incident/recurrence.hpp"
#include "collector/incident/restoration.hpp"
#include "collector/site/site.hpp"
#include "store/record/event.hpp"

// One cause, one incident: files every change of a verdict under an open incident or a new one, moves the cause up as evidence comes,
// and closes an incident with its restoration verdict. Its state is a fold over the events it wrote, so a crash loses nothing that was
// stored. Used by the core; serve folds the same events. Pure.
namespace holdup::incident {

struct OpenVerdict {
  detect::Verdict verdict{};
  Element element;
  detect::Strength strength{};
  ground::Instant since{};  // of this boot; a fold from another boot takes the moment of the fold
  bool loud = false;        // unknown for so long that it pages
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
  Named opened_by{};                         // what began it
  std::size_t times = 1;                     // how often that began lately
  bool recurring = false;                    // it comes and goes, so it stays open until nothing of it was seen for a while …
  std::optional<ground::Instant> calm_at{};  // … which is then, once nothing of it is open
  std::set<Named> been{};                    // all that ever was open in it
  bool raised = false;                       // it stands on the other side of a maintenance window
};

class Ledger {
 public:
  explicit Ledger(const site::Site& site) : branches_{site} {}

  /// The boot that new ids belong to: "3f2a91c0".
  void begin_boot(std::string boot) { boot_ = std::move(boot); }
  [[nodiscard]] const std::string& boot() const { return boot_; }
  /// What the restoration verdict says beside the inputs; without it, that nothing else is observed.
  void look_through(const Eyes* eyes) { eyes_ = eyes; }
  /// Stored events, oldest first, before the first file(). What cannot be folded (an unknown word) is passed over.
  void fold(const record::Event& event, Moment moment);
  /// After the last stored event: the restorations that a crash kept from being written.
  [[nodiscard]] std::vector<record::Event> finish_fold(Moment moment);
  /// The events that these changes make, in order.
  [[nodiscard]] std::vector<record::Event> file(const std::vector<detect::Change>& changes, Moment moment);
  /// The events that the passing of time makes: windows that end, incidents that have been calm for long enough.
  [[nodiscard]] std::vector<record::Event> settle(Moment moment);
  [[nodiscard]] std::optional<ground::Instant> next_due() const;
  /// Something that is no verdict, as an event; nothing follows from it.
  [[nodiscard]] record::Event note(Note note, Moment moment);
  /// A notice (of an attestation, a window, hands-off, blindness): it holds from now on.
  [[nodiscard]] std::vector<record::Event> tell(Note notice, Moment moment);
  /// The site was reloaded: elements that are gone keep their incidents until restored by hand or proof.
  void rebind(const site::Site& site) { branches_.rebind(site); }

  [[nodiscard]] const std::vector<Incident>& open() const { return open_; }
  [[nodiscard]] const Notices& notices() const { return notices_; }
  [[nodiscard]] const Branches& branches() const { return branches_; }
  /// The window that was opened for just this, all of it.
  [[nodiscard]] const Window* quieted_by(const Incident& incident) const;
  /// critical, warning or info, with what windows make of it.
  [[nodiscard]] std::string_view severity_of(const Incident& incident) const;
  /// Verdicts that would have opened an incident while 10,000 were open, since the start: they wait for one to close and change again.
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  struct Draft {
    const detect::Finding& finding;
    record::Phase phase{};
  };

  void begin(const detect::Finding& finding, Moment moment);
  void open_new(const detect::Finding& finding, Moment moment);
  void join(Incident& home, const detect::Finding& finding, Moment moment);
  void admit(Incident& incident, const OpenVerdict& verdict, record::Phase phase) const;
  void strengthen(const detect::Finding& finding, Moment moment);
  void end(const detect::Finding& finding, Moment moment);
  void end_wrong_side(Incident& incident, const detect::Finding& finding, Moment moment);
  void hand_over(Moment moment);
  void close_or_hold(Incident& incident, const std::vector<record::Evidence>& proof, Moment moment);
  void close(const Incident& incident, const std::vector<record::Evidence>& proof, Moment moment);
  void close_calm(const Incident& incident, Moment moment);
  void erase(const Incident& incident) { open_.erase(open_.begin() + (&incident - open_.data())); }
  void tell_past(const detect::Finding& finding, Moment moment);
  void close_past(const Incident& incident, const detect::Finding& finding, Moment moment);
  void raise_cause(Incident& incident, const detect::Finding& finding, Moment moment);
  void restate(Incident& incident, const detect::Finding& finding, Moment moment) const;
  void absorb(const std::string& into, Moment moment);
  [[nodiscard]] bool takes_in(const Incident& home, const Incident& other) const;
  void move_verdicts(const Incident& folded, Incident& home, Moment moment);
  record::Event& write(const Incident& incident, const Draft& draft, Moment moment);
  void write_folded(const Incident& folded, const Incident& home, Moment moment);
  [[nodiscard]] record::Event blank(Moment moment);
  void warn_of_silent_side(const detect::Finding& finding, Moment moment);
  void end_silent_side(Incident& incident, Moment moment);
  void warn_of_wrong_side(const detect::Finding& finding, Moment moment);
  void expire_attested(const Element& element, Moment moment);
  void say(Note notice, Moment moment);
  [[nodiscard]] std::vector<RestorationLine> beside_inputs(const Element& element) const;
  [[nodiscard]] std::vector<record::Event> take_events();

  [[nodiscard]] Incident* home_of(const detect::Finding& finding);
  [[nodiscard]] bool hides(const OpenVerdict& silence, const detect::Finding& finding) const;
  [[nodiscard]] Incident* last_to_take(const detect::Finding& finding);
  [[nodiscard]] bool explains(const detect::Finding& finding, const Incident& incident) const;
  [[nodiscard]] bool related(const Incident& incident, const detect::Finding& finding) const;
  [[nodiscard]] std::vector<Element> cuts_above(const Element& element) const;
  [[nodiscard]] static bool took_a_way(const Incident& incident, const std::vector<Element>& cuts);
  [[nodiscard]] const Window* other_side_of(const Element& said) const;
  void take_out(const OpenVerdict& verdict, const record::Event& event, Moment moment);
  void take_in(const record::Event& event, const OpenVerdict& open, const Element& cause);
  [[nodiscard]] std::pair<Incident*, OpenVerdict*> find(detect::Verdict verdict, const Element& element);
  [[nodiscard]] Incident* by_id(const std::string& id);

  Branches branches_;
  const Eyes* eyes_ = nullptr;
  std::string boot_;
  std::uint64_t count_ = 0, dropped_ = 0;
  std::vector<Incident> open_;
  Notices notices_;
  Recurrence recurrence_;
  std::vector<record::Event> events_;
};

}  // namespace holdup::incident
