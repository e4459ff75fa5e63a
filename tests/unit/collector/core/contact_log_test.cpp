#include "collector/core/contact_log.hpp"

#include "catch.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using ground::Instant;

TEST_CASE("a contact's changes are written down one in ten seconds, the first move after it was found always") {
  core::ContactLog log;
  const auto written = [&](ground::Duration now, std::optional<bool> open, bool found) {
    const detect::Contacts::Fact fact{.open = open, .since = Instant{now}, .found = found};
    const auto line = log.line(ground::Element::contact("wire1"), fact, {.now = Instant{now}});
    return line ? line->point : "";
  };
  CHECK(written(1s, false, true) == "contact closed, as found");
  CHECK(written(4s, true, false) == "contact open");
  CHECK(written(6s, false, false).empty());
  CHECK(written(15s, true, false) == "contact open");
  CHECK_FALSE(written(30s, {}, false).empty());
  CHECK(written(31s, true, true).empty());
}
