#include "collector/core/clerk.hpp"

#include <algorithm>

#include "ground/json_writer.hpp"
#include "ground/quality.hpp"

namespace holdup::core {
namespace {

using ground::Element;
using incident::Ledger;
using incident::Moment;
using Outcome = Answer::Outcome;
using Handled = Clerk::Handled;

constexpr std::size_t longest_text = 500;
constexpr std::size_t most_signs = 64;

/// One line of text that a person wrote.
bool is_line(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return !text.empty() && text.size() <= longest_text && std::ranges::none_of(text, is_control);
}

bool is_open_on(const Ledger& ledger, const Element& element) {
  return std::ranges::any_of(ledger.open(), [&](const incident::Incident& one) {
    return std::ranges::any_of(one.open, [&](const incident::OpenVerdict& v) { return v.element == element; });
  });
}

bool is_supply(const Ledger& ledger, const Element& element) {
  const auto& site = ledger.branches().site();
  for (site::Index s = 0; s < site.supplies.size(); ++s)
    if (site.element_of_supply(s) == element) return true;
  return false;
}

/// Nothing in it that a record of a test could not hold.
bool is_sound(const incident::Commissioned& test) {
  const auto is_short = [](const std::string& text) { return text.empty() || is_line(text); };
  return test.signs.size() <= most_signs && is_short(test.cord) && is_short(test.seen) && is_short(test.incident) &&
         is_short(test.verdict) && is_short(test.remark) && std::ranges::all_of(test.signs, [](const record::Evidence& sign) {
           return is_line(sign.source) && is_line(sign.point) &&
                  std::ranges::find(ground::quality_names, sign.quality) != ground::quality_names.end();
         });
}

/// Performs one request; each take() is one kind of it.
class Handling {
 public:
  Handling(const Ledger& ledger, Moment moment) : ledger_{ledger}, notices_{ledger.notices()}, moment_{moment} {}

  void take(const Attest& asked) {
    action_ = "attest", detail({{"element", asked.element}, {"by", asked.by}, {"reason", asked.reason}});
    const auto element = Element::parse(asked.element);
    const bool open = element && is_open_on(ledger_, *element), known = element && ledger_.branches().knows(*element);
    if (!open && !known) return wrong("no element '" + asked.element + "' in the site file");
    if (!is_line(asked.by) || !is_line(asked.reason)) return wrong("say who attests it (--by) and why (--reason), each in one line");
    if (hands_are_off()) return;
    handled_.notice = note_of({.id = {}, .element = *element, .by = asked.by, .reason = asked.reason}, moment_);
    if (open && !known) handled_.attested = *element, handled_.attested_by = asked.by;
    done(open && known ? "noted as attested; what is open stays latched until a sensor proves it"
                       : "noted as attested, until the next sign");
  }

  void take(const OpenWindow& asked) {
    action_ = "maintenance add";
    detail({{"element", asked.element},
            {"intent", asked.intent},
            {"owner", asked.owner},
            {"reason", asked.reason},
            {"for", ground::duration_text(asked.length)}});
    const auto element = Element::parse(asked.element);
    const auto intent = std::ranges::find(incident::intent_names, asked.intent);
    if (!element || !ledger_.branches().knows(*element)) return wrong("no element '" + asked.element + "' in the site file");
    if (intent == incident::intent_names.end()) return wrong("no intent '" + asked.intent + "': work, remove or off");
    if (!is_line(asked.owner) || !is_line(asked.reason))
      return wrong("say whose work it is (--owner) and why (--reason), each in one line");
    if (asked.length <= ground::Duration{} || asked.length > incident::longest_window) return wrong("a window lasts at most 24h");
    if (notices_.windows().size() >= incident::Notices::most) return wrong("too many windows are open");
    if (hands_are_off()) return;
    const auto now = moment_.utc();
    handled_.notice = note_of({.id = {},
                               .element = *element,
                               .intent = static_cast<incident::Intent>(intent - incident::intent_names.begin()),
                               .owner = asked.owner,
                               .reason = asked.reason,
                               .begin = now,
                               .end = now + asked.length},
                              moment_);
    done("open until " + ground::iso8601(now + asked.length));
  }

  void take(const EndWindow& asked) {
    action_ = "maintenance end", detail({{"window", asked.id}, {"by", asked.by}});
    const auto at = std::ranges::find(notices_.windows(), asked.id, &incident::Window::id);
    if (at == notices_.windows().end()) return wrong("no window '" + asked.id + "' is open");
    if (!is_line(asked.by)) return wrong("say who ends it (--by)");
    if (hands_are_off()) return;
    handled_.notice = end_of(*at, "by " + asked.by, moment_);
    done("ended");
  }

  void take(const BeginHandsOff& asked) {
    action_ = "handsoff start", detail({{"by", asked.by}, {"token", asked.token}});
    if (!is_line(asked.by)) return wrong("say who wants hands off (--by)");
    if (asked.token.empty()) return wrong("no such token");
    if (hands_are_off()) return;
    handled_.notice = note_of(incident::HandsOff{.id = {}, .by = asked.by, .token = asked.token}, moment_);
    done("hands off: nothing is changed until another token than " + asked.token + " ends it");
  }

  void take(const EndHandsOff& asked) {
    action_ = "handsoff end", detail({{"by", asked.by}, {"token", asked.token}});
    const auto& hands = notices_.hands_off();
    if (!hands) return wrong("hands are not off");
    if (!is_line(asked.by)) return wrong("say who ends it (--by)");
    if (asked.token.empty()) return refuse("no such token");
    if (asked.token == hands->token) return refuse("it was begun with the token of " + hands->token + ": another one ends it");
    handled_.notice = end_of(*hands, asked.by, asked.token, moment_);
    done("hands are free again");
  }

  void take(const Permit& asked) {
    action_ = asked.verb, detail({});
    if (hands_are_off()) return;
    done("it may");
  }

  void take(const Commission& asked) {
    action_ = "commission";
    detail({{"element", asked.element}, {"by", asked.test.by}, {"result", name(asked.test.result)}, {"seen", asked.test.seen}});
    const auto element = Element::parse(asked.element);
    if (!element || !is_supply(ledger_, *element)) return wrong("no supply '" + asked.element + "' in the site file");
    if (!is_line(asked.test.by)) return wrong("say who pulls the cords (--by), in one line");
    if (!is_sound(asked.test)) return wrong("that is no record of a pull test");
    if (hands_are_off()) return;
    auto test = asked.test;
    test.element = *element;
    handled_.notice = note_of(test, moment_);
    done("noted: " + std::string{name(test.result)});
  }

  [[nodiscard]] Handled finish(const Asked& asked) {
    handled_.answer.ticket = asked.ticket;
    static constexpr std::string_view outcomes[]{"done", "wrong", "refused"};
    detail_.field("outcome", outcomes[static_cast<std::size_t>(handled_.answer.outcome)])
        .field("answer", handled_.answer.text)
        .end_object();
    handled_.audit = {
        .time = moment_.utc(), .boot = ledger_.boot(), .at = moment_.now, .actor = asked.who, .action = action_, .json = detail_.take()};
    return std::move(handled_);
  }

 private:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  void detail(Fields fields) {
    detail_.begin_object();
    for (const auto& [key, text] : fields) detail_.field(key, text.substr(0, longest_text));
  }
  void settle(Outcome outcome, std::string text) { handled_.answer.outcome = outcome, handled_.answer.text = std::move(text); }
  void done(std::string text) { settle(Outcome::done, std::move(text)); }
  void wrong(std::string text) { settle(Outcome::wrong, std::move(text)); }
  void refuse(std::string text) { settle(Outcome::refused, std::move(text)); }

  bool hands_are_off() {
    const auto& hands = notices_.hands_off();
    if (hands)
      refuse("hands off: begun by " + hands->by + " at " + ground::iso8601(hands->begin) + "; another token than " + hands->token +
             " ends it");
    return hands.has_value();
  }

  const Ledger& ledger_;
  const incident::Notices& notices_;
  Moment moment_;
  std::string action_;
  ground::JsonWriter detail_;
  Handled handled_;
};

}  // namespace

Handled Clerk::handle(const Asked& asked, const Ledger& ledger, Moment moment) {
  Handling handling{ledger, moment};
  std::visit([&](const auto& request) { handling.take(request); }, asked.request);
  return handling.finish(asked);
}

}  // namespace holdup::core
