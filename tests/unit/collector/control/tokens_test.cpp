#include "collector/control/tokens.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "catch.hpp"

using holdup::control::sha256_hex;
using holdup::control::Tokens;

namespace {

const std::string two = "# who may\nalice " + sha256_hex("red fox") + "\nbob " + sha256_hex("blue hen") + "  # on call\n";

}  // namespace

TEST_CASE("SHA-256 is the one that sha256sum prints") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a token is known by its digest, and only by it") {
  const auto tokens = Tokens::parse(two);
  REQUIRE(tokens);
  CHECK(tokens->name_of("red fox") == "alice");
  CHECK(tokens->name_of("blue hen") == "bob");
  CHECK(tokens->name_of("red fo").empty());
  CHECK(tokens->name_of("").empty());
  CHECK(tokens->name_of(sha256_hex("red fox")).empty());
}

TEST_CASE("one token alone, a token twice, a name twice and a line that is neither are refused") {
  const auto digest = sha256_hex("red fox"), other = sha256_hex("blue hen");
  CHECK_FALSE(Tokens::parse(""));
  CHECK_FALSE(Tokens::parse("alice " + digest + "\n"));
  CHECK_FALSE(Tokens::parse("alice " + digest + "\nbob " + digest + "\n"));
  CHECK_FALSE(Tokens::parse("alice " + digest + "\nalice " + other + "\n"));
  CHECK_FALSE(Tokens::parse("alice " + digest + "\nbob blue hen\n"));
  CHECK_FALSE(Tokens::parse("alice " + digest + "\nbob " + other + " more\n"));
  CHECK(Tokens::parse(two));
}

TEST_CASE("a file that others can read is refused") {
  const auto path = std::filesystem::temp_directory_path() / ("holdup-tokens-" + std::to_string(::getpid()));
  std::ofstream{path} << two;
  ::chmod(path.c_str(), 0644);
  CHECK_FALSE(Tokens::read(path.string()));
  ::chmod(path.c_str(), 0600);
  CHECK(Tokens::read(path.string()));
  std::filesystem::remove(path);
  CHECK_FALSE(Tokens::read(path.string()));
}
