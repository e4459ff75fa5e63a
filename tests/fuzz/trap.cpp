#include "drivers/profile/files/profile_files.hpp"
#include "drivers/profile/library.hpp"
#include "drivers/snmp/message.hpp"
#include "drivers/snmp/notification.hpp"
#include "drivers/snmp/v3/message.hpp"
#include "ground/expect.hpp"
#include "ground/utf8.hpp"

// Fuzz target: what anybody may send to the trap port, read through the shipped lists of traps.
namespace {

using namespace holdup;
using snmp::Bytes;

const profile::TrapBook& shipped() {
  static const profile::TrapBook book = [] {
    ground::Problems problems;
    const auto library = profile::load_folders({HOLDUP_FUZZ_PROFILES}, problems);
    HOLDUP_EXPECT(problems.ok());
    return profile::TrapBook{library};
  }();
  return book;
}

void read_meaning(const snmp::Notification& notification) {
  HOLDUP_EXPECT(!notification.trap.empty());
  for (const auto& value : notification.values) HOLDUP_EXPECT(!value.name.empty());
  (void)shipped().read(notification.trap, notification.values);
}

void acknowledge(Bytes inform) {
  const auto answer = snmp::acknowledgement(inform);
  const auto response = snmp::parse_response(answer);
  HOLDUP_EXPECT(response && response->status == snmp::ErrorStatus::none && response->error_index == 0);
  HOLDUP_EXPECT(!snmp::parse_notification(answer));
  HOLDUP_EXPECT(answer.size() <= inform.size() + 64);  // nobody is sent more than he sent
}

void read_v3(Bytes datagram) {
  const auto message = v3::open_message(datagram);
  if (!message) return;
  HOLDUP_EXPECT(message->engine_id.size() <= 32 && message->code.size() <= 48);
  (void)v3::open_scoped(message->payload, v3::Padding::allowed);
}

}  // namespace

/// Loading them all takes longer than an input may.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  (void)shipped();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes datagram{data, size};
  read_v3(datagram);
  const auto notification = snmp::parse_notification(datagram);
  if (!notification) return 0;
  read_meaning(*notification);
  if (notification->inform) acknowledge(datagram);
  return 0;
}
