#pragma once

#include <string>

#include "drivers/snmp/v3/credential.hpp"

// The SNMPv3 credential that a verb is given by `--v3-file`.
namespace holdup::cli {

/// Nothing when it cannot be used; why is said on stderr, as what is weak in it.
[[nodiscard]] v3::SharedCredential credential_of(const std::string& v3_file);

}  // namespace holdup::cli
