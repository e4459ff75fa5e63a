#include "drivers/profile/oid.hpp"

#include "catch.hpp"

using holdup::profile::Oid;

TEST_CASE("an OID is numbers with dots, with or without a dot in front") {
  CHECK(Oid::parse("1.3.6.1")->text() == "1.3.6.1");
  CHECK(Oid::parse(".1.3.4294967295")->text() == "1.3.4294967295");
  for (const auto* bad : {"", ".", "1.", "1..3", "a", "1.3.4294967296", "1.-3", "1.3 "}) CHECK(!Oid::parse(bad));
}

TEST_CASE("an OID has at most 128 parts") {
  std::string text = "1";
  for (int i = 1; i < 128; ++i) text += ".1";
  CHECK(Oid::parse(text));
  CHECK(!Oid::parse(text + ".1"));
}

TEST_CASE("a row's index is what stands below its column") {
  const Oid column{{1, 3, 6, 4}};
  const Oid cell = column.with(std::vector<std::uint32_t>{1, 24});
  CHECK(cell.under(column));
  CHECK(!column.under(cell));
  CHECK(!Oid{{1, 3, 6, 40}}.under(column));
  CHECK(cell.index_under(column).size() == 2);
  CHECK(cell.index_under(column)[1] == 24);
}

TEST_CASE("OIDs sort as agents sort their tables") {
  CHECK(Oid{{1, 3, 2}} < Oid{{1, 3, 10}});
  CHECK(Oid{{1, 3}} < Oid{{1, 3, 0}});
}
