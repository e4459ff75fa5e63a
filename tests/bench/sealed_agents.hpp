#pragma once

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "child_program.hpp"
#include "drivers/snmp/v3/credential.hpp"
#include "folder.hpp"
#include "limits/pdu_162.hpp"
#include "simulator.hpp"

// The device of limits/pdu_162.hpp behind SNMPv3, authPriv with SHA-256 and AES-128: hw-sim in a process of its own, so that only the
// poller's time counts. At most 250, an engine each, at the addresses of address_of().
namespace holdup::bench {

class SealedAgents {
 public:
  SealedAgents(const std::string& bin, std::size_t count)
      : program_{{.words = {bin + "/hw-sim", "replay", "--agents", std::to_string(count), "--listen", "127.1.0.1:0", "--v3-file",
                            folder_.write("user.yaml", user), folder_.write("pdu.snmprec", recording())},
                  .log = folder_.file("hw-sim.log")}} {
    for (std::string kind, url; kind != "control"; std::istringstream{program_.line()} >> kind >> url)
      if (kind == "ready") port_ = port_of(url);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] static v3::SharedCredential credential() {
    ground::Problems problems;
    auto out = std::make_shared<v3::Credential>(v3::read_credential(user, "user.yaml", problems));
    if (!problems.ok()) throw std::logic_error{"the bench's credential is wrong"};
    return out;
  }

 private:
  static constexpr const char* user =
      "user: bench\nauth: {protocol: SHA-256, passphrase: bench authentication}\npriv: {protocol: AES-128, passphrase: bench privacy}\n";

  static std::string recording() {
    std::string out;
    for (const Object& object : objects()) {
      for (const auto arc : object.oid) out += std::to_string(arc) + ".";
      const auto tag = static_cast<unsigned char>(object.value[0]);
      out.back() = '|';
      out += std::to_string(tag) + "|" + text_of(tag, object.value.substr(2)) + "\n";
    }
    return out;
  }
  static std::string text_of(int tag, const std::string& content) {
    if (tag == 4) return content;
    if (tag == 6) return "1.3.6.1.4.1.32473.1";  // sysObjectID, the only one
    std::uint64_t number = 0;
    for (const char byte : content) number = number << 8 | static_cast<unsigned char>(byte);
    return std::to_string(number);
  }

  Folder folder_;
  ChildProgram program_;
  std::uint16_t port_ = 0;
};

}  // namespace holdup::bench
