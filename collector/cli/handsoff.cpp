#include "collector/cli/petition.hpp"
#include "collector/cli/terminal.hpp"
#include "collector/cli/verbs.hpp"
#include "drivers/open/secret.hpp"

// `holdup handsoff`: from one token to another nothing of a running daemon may be changed.
namespace holdup::cli {
namespace {

int hands(const HandsOffOptions& options, const char* what) {
  const auto token = drivers::read_secret(options.token_file);
  if (!token) return complain(token.error().what, usage);
  return petition(options.url, {{"do", what}, {"by", options.by}, {"token", *token}}, options.json);
}

}  // namespace

int handsoff_start(const HandsOffOptions& options) { return hands(options, "handsoff start"); }
int handsoff_end(const HandsOffOptions& options) { return hands(options, "handsoff end"); }

}  // namespace holdup::cli
