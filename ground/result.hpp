#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

// What can go wrong in the field and on the machine, as a value. Drivers, store and delivery return Result; nothing there throws.
namespace holdup::ground {

enum class FailureKind {
  timeout,      // no answer before the deadline
  refused,      // the peer said no: ICMP unreachable, connection refused, exception code
  malformed,    // an answer that breaks its protocol
  unsupported,  // a well-formed answer that says "not here"
  machine,      // our own side: disk, descriptors, permissions
  cancelled,    // we are stopping
};

[[nodiscard]] constexpr const char* name(FailureKind kind) {
  constexpr const char* names[] = {"timeout", "refused", "malformed", "unsupported", "machine", "cancelled"};
  return names[static_cast<int>(kind)];
}

struct Failure {
  FailureKind kind;
  std::string what;  // one line for a person, no trailing full stop
};

template <class T>
using Result = boost::system::result<T, Failure>;

[[noreturn]] inline void throw_exception_from_error(const Failure& failure, const boost::source_location&) {
  throw std::logic_error{"unchecked failure: " + failure.what};
}

}  // namespace holdup::ground
