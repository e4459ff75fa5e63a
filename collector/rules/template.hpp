#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "collector/rules/labels.hpp"
#include "collector/rules/render_number.hpp"
#include "ground/result.hpp"

// The text of a rule's label or annotation with its {{ }} parts, read once at load: $labels.NAME, $value, humanize and printf. Anything
// else of Go's templates is an error then, never text in an alert. Used by the rule file reader and the alerts.
namespace holdup::rules {

class Template {
 public:
  Template() = default;
  [[nodiscard]] static ground::Result<Template> parse(std::string_view text);
  /// A text that stays as it is.
  [[nodiscard]] static Template plain(std::string text);

  /// `labels` are the result's, its name included.
  [[nodiscard]] std::string expand(const Labels& labels, double value) const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  struct Piece {
    enum class Kind : std::uint8_t { literal, label, value, humanized, formatted };
    Kind kind = Kind::literal;
    std::string text;         // the literal, or the label's name
    std::string before = {};  // of printf: what stands around its verb
    std::string after = {};
    NumberFormat format = {};
  };
  static ground::Result<Piece> action(std::string_view inside);
  static ground::Result<Piece> printf(Piece operand, std::string_view format, std::string_view inside);

  std::string text_;
  std::vector<Piece> pieces_;
};

}  // namespace holdup::rules
