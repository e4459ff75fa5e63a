#include "drivers/modbus/identification.hpp"

#include <random>

#include "catch.hpp"

using namespace holdup::modbus;

namespace {

/// An answer's bytes behind the type: code 1, conformity 1, more, next object, number of objects, the objects.
std::string answer(unsigned more, unsigned next, std::string_view objects, unsigned count) {
  std::string out{1, 1};
  for (const unsigned byte : {more, next, count}) out.push_back(static_cast<char>(byte));
  return out + std::string{objects};
}

}  // namespace

TEST_CASE("objects of a device identification are told by their numbers") {
  IdentificationObjects objects;
  const std::string three{
      "\x00\x04"
      "ACME"
      "\x01\x03"
      "X-1"
      "\x02\x05"
      " 1.2\0",
      18};
  CHECK(take_identification(answer(0, 0, three, 3), objects) == 0);
  CHECK(objects[0] == "ACME");
  CHECK(objects[1] == "X-1");
  CHECK(objects[2] == "1.2");
  CHECK(objects[3].empty());
}

TEST_CASE("a device that has more to say names the object to go on with") {
  IdentificationObjects objects;
  CHECK(take_identification(answer(0xFF, 2,
                                   std::string_view{"\x00\x01"
                                                    "A",
                                                    3},
                                   1),
                            objects) == 2);
  CHECK(take_identification(answer(0xFF, 99, {}, 0), objects) == 0);  // not one of the basic objects
}

TEST_CASE("an identification that contradicts itself gives what was whole before, and reads nothing beyond its end") {
  IdentificationObjects objects;
  CHECK(take_identification(answer(0xFF, 1,
                                   std::string_view{"\x00\x01"
                                                    "A\x01\x09"
                                                    "B",
                                                    6},
                                   2),
                            objects) == 0);
  CHECK(objects[0] == "A");
  CHECK(objects[1].empty());
  CHECK(take_identification("", objects) == 0);
  CHECK(take_identification(answer(0, 0, {}, 255), objects) == 0);
  std::mt19937 chance{4};
  for (int i = 0; i < 2000; ++i) {
    std::string noise(chance() % 60, '\0');
    for (char& c : noise) c = static_cast<char>(chance());
    CHECK(take_identification(noise, objects) < objects.size());
  }
}

TEST_CASE("what a device calls itself cannot steer a terminal") {
  IdentificationObjects objects;
  take_identification(answer(0, 0,
                             std::string_view{"\x00\x04"
                                              "A\x1b[2",
                                              6},
                             1),
                      objects);
  CHECK(objects[0].find('\x1b') == std::string::npos);
}
