#pragma once

#include <string>

#include "drivers/snmp/v3/credential.hpp"
#include "ground/problem.hpp"
#include "ground/result.hpp"

// Reads what must not stand in arguments or environment: communities, SNMPv3 credentials, what proves us to
// receivers. The site and the verbs use it.
namespace holdup::drivers {

/// The first line of the file. Refused when others than its owner may read it, when it is no plain file, empty, or over 1 KiB.
[[nodiscard]] ground::Result<std::string> read_secret(const std::string& path);

/// All of it, refused as above, over 64 KiB: a private key.
[[nodiscard]] ground::Result<std::string> read_secret_text(const std::string& path);

/// A credential file, refused as above, over 64 KiB, and for what is wrong in it: each problem with its file and line. Nothing then.
[[nodiscard]] v3::SharedCredential read_credential_file(const std::string& path, ground::Problems& problems);

}  // namespace holdup::drivers
