// The child of the kill test: appends events and samples to FILE as fast as the store takes them and prints "e ID" when an event is told
// durable, "s COUNT" when so many samples are committed in all. Ends by being killed, or after COUNT events: scribbler FILE LIFE COUNT.
#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "rack.hpp"
#include "store/store.hpp"
#include "witness.hpp"

using namespace holdup;
using namespace holdup::store::fault;

namespace {

class Printer final : public store::Listener {
 public:
  void durable(std::vector<record::Event> events) override {
    std::string lines;
    for (const auto& event : events) lines += "e " + event.id + "\n";
    print(lines);
    const std::lock_guard lock{mutex_};
    told_ += events.size();
    changed_.notify_all();
  }
  void committed(const store::Commit& commit) override {
    samples_ += commit.samples;
    if (commit.samples != 0) print("s " + std::to_string(samples_) + "\n");
  }
  void degraded(bool is, const std::string& reason) override {
    if (is) std::fprintf(stderr, "degraded: %s\n", reason.c_str());
  }
  void set_aside(const store::SetAside& damaged) override {
    std::fprintf(stderr, "set aside: %s\n", damaged.why.c_str());
    std::_Exit(4);
  }
  /// Waits until fewer than `most` of the appended are untold.
  void wait_until_near(std::size_t appended, std::size_t most) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return appended - told_ < most; });
  }

 private:
  static void print(const std::string& lines) {
    for (std::size_t done = 0; done < lines.size();) {
      const auto written = ::write(STDOUT_FILENO, lines.data() + done, lines.size() - done);
      if (written < 0) std::_Exit(3);
      done += static_cast<std::size_t>(written);
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t told_ = 0;
  std::size_t samples_ = 0;  // of the store thread
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const auto life = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  const auto count = std::strtoul(argv[3], nullptr, 10);
  Printer printer;
  auto opened = store::Store::open(options(argv[1], life), printer);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().what.c_str());
    return 1;
  }
  const bool unhurried = count < 1000;  // a commit of samples for each batch, so that housekeeping comes to its end
  for (std::size_t n = 1; n <= count; ++n) {
    if (!opened->append(event_of(life, n))) return 5;
    if (n <= most_batches) opened->append(batch_of(life, n));
    if (n % 8 == 0) static_cast<void>(opened->put(blob_of(life, n)));
    if (n % 16 == 0) static_cast<void>(opened->append(audit_of(life, n / 16)));
    if (unhurried && !opened->flush()) return 6;
    printer.wait_until_near(n, 1 + n % 40);  // group commits of many sizes
  }
  return 0;
}
