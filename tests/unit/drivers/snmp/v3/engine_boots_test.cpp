#include "drivers/snmp/v3/engine_boots.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.hpp"

using namespace holdup;
namespace fs = std::filesystem;

namespace {

/// A folder that is gone with the test.
class Folder {
 public:
  Folder() {
    auto pattern = (fs::temp_directory_path() / "holdup-boots-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file() const { return (path_ / "engine").string(); }
  void write(const std::string& text) const { std::ofstream{file()} << text; }
  [[nodiscard]] std::string text() const {
    std::ifstream in{file()};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("each start is counted, under an engine id that stays") {
  const Folder folder;
  const auto first = v3::EngineBoots::count_start(folder.file());
  REQUIRE(first);
  CHECK(first->boots == 1);
  CHECK(first->id.size() == 17);
  CHECK((first->id.front() & 0x80) != 0);
  const auto second = v3::EngineBoots::count_start(folder.file());
  REQUIRE(second);
  CHECK(second->boots == 2);
  CHECK(second->id == first->id);
  CHECK(folder.text() == "engine " + v3::hex(first->id) + "\nboots 2\n");
  CHECK(!fs::exists(folder.file() + ".new"));
  CHECK((fs::status(folder.file()).permissions() & fs::perms::others_all) == fs::perms::none);
  const Folder other;
  CHECK(v3::EngineBoots::count_start(other.file())->id != first->id);
}

TEST_CASE("what a loss of power left beside the file does not matter") {
  const Folder folder;
  folder.write("engine 80001f8805aabbccddeeff\nboots 41\n");
  std::ofstream{folder.file() + ".new"} << "engine 80";
  const auto engine = v3::EngineBoots::count_start(folder.file());
  REQUIRE(engine);
  CHECK(engine->boots == 42);
  CHECK(v3::hex(engine->id) == "80001f8805aabbccddeeff");
}

TEST_CASE("a damaged file is refused: a new engine would go unnoticed") {
  const Folder folder;
  for (const char* text : {"", "engine\nboots 1\n", "engine 80001f8805aabb\nboots 0\n", "engine 80001f8805aabb\nboots -1\n",
                           "engine 80001f8805aabb\nboots 1", "engine 80001f8805aab\nboots 1\n", "engine 80001F8805AABB\nboots 1\n",
                           "engine 8000\nboots 1\n", "engine 80001f8805aabb\nboots 2147483648\n"}) {
    folder.write(text);
    const auto engine = v3::EngineBoots::count_start(folder.file());
    REQUIRE(!engine);
    CHECK(engine.error().what.find("damaged") != std::string::npos);
    CHECK(folder.text() == text);
  }
  folder.write("engine 80001f8805aabb\nboots 2147483647\n");
  REQUIRE(!v3::EngineBoots::count_start(folder.file()));
  REQUIRE(!v3::EngineBoots::count_start("/nonexistent/folder/engine"));
}
