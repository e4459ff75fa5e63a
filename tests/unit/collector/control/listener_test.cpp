#include "collector/control/listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.hpp"
#include "collector/control/client.hpp"

using namespace holdup;
using namespace std::chrono_literals;
using control::Listener;

namespace {

/// A listener and what was asked of it, answered from another thread as the loop does.
struct Desk {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("holdup-control-" + std::to_string(::getpid()));
  std::vector<core::Asked> asked;
  std::string event;  // of the answers
  std::vector<std::thread> loop;
  std::unique_ptr<Listener> listener;

  Desk() { std::filesystem::remove(path); }
  Desk(const Desk&) = delete;
  ~Desk() { end(); }

  ground::Result<void> open(std::string group = {}) {
    auto opened = Listener::open({.path = path.string(), .group = std::move(group), .tokens_file = {}}, [this](core::Asked one) {
      asked.push_back(one);
      loop.emplace_back([this, ticket = one.ticket] {
        listener->answer({.ticket = ticket, .outcome = core::Answer::Outcome::done, .text = "done", .event = event});
        if (!event.empty()) listener->durable({"other", event});
      });
    });
    if (!opened) return opened.error();
    listener = std::move(*opened);
    return {};
  }
  void end() {
    if (listener) listener->stop();
    for (auto& thread : std::exchange(loop, {})) thread.join();
    listener.reset();
  }
};

const std::string attest = R"({"do":"attest","element":"cab1","by":"eve","reason":"looked"})";

}  // namespace

TEST_CASE("a request goes to the core with the user that the kernel names, and its answer comes back") {
  Desk desk;
  REQUIRE(desk.open());
  struct stat about {};
  REQUIRE(::stat(desk.path.c_str(), &about) == 0);
  CHECK((about.st_mode & 07777) == 0660);
  const auto said = control::ask(desk.path.string(), attest);
  REQUIRE(said);
  CHECK(*said == R"({"ok":true,"text":"done","event":"","durable":false})");
  desk.end();
  REQUIRE(desk.asked.size() == 1);
  CHECK(desk.asked[0].who.starts_with("uid " + std::to_string(::geteuid())));
  CHECK(std::get<core::Attest>(desk.asked[0].request).by == "eve");
  CHECK_FALSE(std::filesystem::exists(desk.path));
}

TEST_CASE("what is written down is answered once it is on the disk") {
  Desk desk;
  desk.event = "b-7";
  REQUIRE(desk.open());
  const auto said = control::ask(desk.path.string(), attest);
  REQUIRE(said);
  CHECK(*said == R"({"ok":true,"text":"done","event":"b-7","durable":true})");
}

TEST_CASE("nonsense and endless requests are answered or cut off, and the next one is served") {
  Desk desk;
  REQUIRE(desk.open());
  const auto nonsense = control::ask(desk.path.string(), "nonsense");
  REQUIRE(nonsense);
  CHECK(nonsense->find("\"ok\":false") != std::string::npos);
  const auto endless = control::ask(desk.path.string(), std::string(100'000, 'x'));
  CHECK((!endless || endless->find("\"ok\":false") != std::string::npos));
  CHECK(control::ask(desk.path.string(), attest));
  desk.end();
  CHECK(desk.asked.size() == 1);
}

TEST_CASE("a socket that a killed daemon left is taken over, one that is listened to and a file are not") {
  Desk first;
  REQUIRE(first.open());
  CHECK_FALSE(Listener::open({.path = first.path.string(), .group = {}, .tokens_file = {}}, [](const core::Asked&) {}));
  const auto kept = first.path.string() + ".kept";
  std::filesystem::rename(first.path, kept);  // what a kill leaves: a name that nobody listens behind
  first.listener.reset();
  std::filesystem::rename(kept, first.path);
  REQUIRE(first.open());
  first.listener.reset();
  std::ofstream{first.path} << "mine";
  CHECK_FALSE(first.open());
  CHECK(std::filesystem::exists(first.path));
  std::filesystem::remove(first.path);
}

TEST_CASE("a group that is not there is refused") {
  Desk desk;
  CHECK_FALSE(desk.open("no-such-group-of-holdup"));
}

TEST_CASE("root, our own user and the group's members may ask, others not") {
  using control::may_ask;
  CHECK(may_ask({.uid = 0, .gid = 0}, std::nullopt));
  CHECK(may_ask({.uid = ::geteuid(), .gid = 54321}, std::nullopt));
  CHECK(may_ask({.uid = 54321, .gid = 777}, gid_t{777}));
  CHECK_FALSE(may_ask({.uid = 54321, .gid = 778}, gid_t{777}));
  CHECK_FALSE(may_ask({.uid = 54321, .gid = 777}, std::nullopt));
}
