#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

// The names of what stands in a rack, the same in the site file, on the wire, in labels and in verdicts:
// feed/A · ats/t1 · ups/u1 · pdu-a · pdu-a/bank/1 · pdu-a/phase/1 · pdu-a/outlet/3 · cab1 · cab1/psu1 · cab1/bbu1 · contact/NAME ·
// device/NAME · switch/sw1 · self
namespace holdup::ground {

class Element {
 public:
  Element() = default;
  /// Nothing when the text is no element name: empty parts, more than three parts, blanks or control characters.
  [[nodiscard]] static std::optional<Element> parse(std::string_view text);

  [[nodiscard]] static Element feed(std::string_view name) { return Element{"feed/" + std::string{name}}; }
  [[nodiscard]] static Element device(std::string_view name) { return Element{"device/" + std::string{name}}; }
  [[nodiscard]] static Element contact(std::string_view name) { return Element{"contact/" + std::string{name}}; }
  [[nodiscard]] static Element gpiochip(std::string_view name) { return Element{"gpiochip/" + std::string{name}}; }
  [[nodiscard]] static Element ups(std::string_view name) { return Element{"ups/" + std::string{name}}; }
  [[nodiscard]] static Element ats(std::string_view name) { return Element{"ats/" + std::string{name}}; }
  /// A PDU or a load: a name of its own, without a prefix.
  [[nodiscard]] static Element named(std::string_view name) { return Element{std::string{name}}; }
  [[nodiscard]] static Element supply(std::string_view load, std::string_view name) {
    return Element{std::string{load} + "/" + std::string{name}};
  }
  [[nodiscard]] static Element outlet(std::string_view pdu, std::string_view index) {
    return Element{std::string{pdu} + "/outlet/" + std::string{index}};
  }
  [[nodiscard]] static Element bank(std::string_view pdu, std::string_view index) {
    return Element{std::string{pdu} + "/bank/" + std::string{index}};
  }
  [[nodiscard]] static Element phase(std::string_view pdu, std::string_view index) {
    return Element{std::string{pdu} + "/phase/" + std::string{index}};
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// The part before the first '/', or the whole: "feed", "pdu-a", "cab1".
  [[nodiscard]] std::string_view first() const;
  /// The parts after the first '/': "A", "outlet/3", "psu1"; empty when there is none.
  [[nodiscard]] std::string_view rest() const;
  /// True for "feed/…" when kind is "feed".
  [[nodiscard]] bool is(std::string_view kind) const { return !rest().empty() && first() == kind; }

  auto operator<=>(const Element&) const = default;

 private:
  explicit Element(std::string text) : text_{std::move(text)} {}
  std::string text_;
};

/// Letters, digits, '-', '_', '.', at most 63: what a site file may call an element.
[[nodiscard]] bool is_element_part(std::string_view text);

}  // namespace holdup::ground
