#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hw-sim/agents/oid.hpp"

// A window of BER that net-snmp's readers advance through: what the message decoders read with. Once anything fails, everything after
// fails. Stands on the bytes of a PaddedBytes, which outlive it.
namespace hwsim::agents {

/// A copy of strangers' bytes with room behind it: net-snmp's readers look a few octets past the end of what they are told is there.
class PaddedBytes {
 public:
  explicit PaddedBytes(std::string_view bytes);
  [[nodiscard]] unsigned char* data() { return reinterpret_cast<unsigned char*>(bytes_.data()); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::string bytes_;
  std::size_t size_;
};

class BerReader {
 public:
  explicit BerReader(PaddedBytes& bytes) : at_{bytes.data()}, left_{bytes.size()} {}
  BerReader(unsigned char* at, std::size_t left) : at_{at}, left_{left} {}

  [[nodiscard]] bool ok() const { return at_ != nullptr; }
  [[nodiscard]] bool done() const { return left_ == 0; }
  [[nodiscard]] const unsigned char* position() const { return at_; }
  /// The tag that comes next; 0 when nothing does.
  [[nodiscard]] unsigned char next_tag() const { return ok() && !done() ? *at_ : 0; }

  /// Opens a value of any kind: what is inside it; this reader goes on behind it.
  BerReader open(unsigned char& tag);
  BerReader open_sequence();
  std::int32_t integer();
  std::string octets();
  Oid object_id();
  /// The next value as it stands: tag, length, content.
  std::string whole();
  /// Everything that is left, as it stands.
  [[nodiscard]] std::string rest() const { return ok() ? std::string{reinterpret_cast<const char*>(at_), left_} : std::string{}; }

 private:
  BerReader fail();

  unsigned char* at_;
  std::size_t left_;
};

}  // namespace hwsim::agents
