#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hw-sim/agents/ber_value.hpp"

// SNMP values as people and recordings write them, to and from the bytes that stand in a varbind. Used by recordings, by `hw-sim record`
// and for what a trap carries.
namespace hwsim::agents {

enum class Form { plain, hex, escaped };

/// `content` is what was written, hex and escapes undone; `form` says whether an address stands there as octets. Nothing when it does not
/// fit the type.
[[nodiscard]] std::optional<std::string> value_of_text(ber::Tag tag, const std::string& content, Form form);
/// TYPE:VALUE as net-snmp's tools take them: i u c C t a o s x n.
[[nodiscard]] std::optional<std::string> value_of_letter(char letter, const std::string& text);
/// "TAG|VALUE" of a .snmprec line, bytes that are no plain text as hex. Nothing for what such a file cannot hold.
[[nodiscard]] std::optional<std::string> snmprec_field(const std::string& value);

[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

}  // namespace hwsim::agents
