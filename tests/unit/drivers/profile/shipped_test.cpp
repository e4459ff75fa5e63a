#include "catch.hpp"
#include "drivers/profile/files/profile_files.hpp"

using namespace holdup;

TEST_CASE("every shipped profile loads without a remark") {
  ground::Problems problems;
  const auto library = profile::load_folders({HOLDUP_SOURCE_DIR "/firmware-profiles"}, problems);
  for (const auto& problem : problems.all()) UNSCOPED_INFO(problem.text());
  CHECK(problems.all().empty());
  for (const auto* name : {"apc-rpdu2", "raritan-px", "rfc1628-ups", "orv3-psu"}) CHECK(library.find(name) != nullptr);
}

TEST_CASE("a folder without profiles is a problem that names it") {
  ground::Problems problems;
  CHECK(profile::load_folders({"/nonexistent"}, problems).all().empty());
  REQUIRE(problems.all().size() == 1);
  CHECK(problems.all()[0].file == "/nonexistent");
}
