#include "collector/cli/credential.hpp"

#include "collector/cli/configuration.hpp"
#include "drivers/open/secret.hpp"

namespace holdup::cli {

v3::SharedCredential credential_of(const std::string& v3_file) {
  ground::Problems problems;
  auto credential = drivers::read_credential_file(v3_file, problems);
  if (credential) v3::judge_strength(*credential, false, {.file = v3_file}, problems);
  print_problems(problems, false);
  return problems.ok() ? credential : nullptr;
}

}  // namespace holdup::cli
