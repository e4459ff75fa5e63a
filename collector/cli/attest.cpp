#include "collector/cli/petition.hpp"
#include "collector/cli/verbs.hpp"

// `holdup attest`: a person's word for what no sensor sees, to a running daemon.
namespace holdup::cli {

int attest(const AttestOptions& options) {
  return petition(options.url, {{"do", "attest"}, {"element", options.element}, {"by", options.by}, {"reason", options.reason}},
                  options.json);
}

}  // namespace holdup::cli
