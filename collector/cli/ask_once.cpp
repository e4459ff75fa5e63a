#include "collector/cli/ask_once.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <numeric>
#include <optional>

#include "ground/clock/clock.hpp"

namespace holdup::cli {
namespace asio = boost::asio;
using ground::Result;

namespace {

asio::awaitable<Result<Told>> ask(drivers::Device& device, ground::Instant deadline) {
  Told told;
  auto identified = co_await device.identify(deadline);
  if (!identified) co_return identified.error();
  told.identified = *std::move(identified);
  if (told.identified.points.empty()) co_return told;
  std::vector<std::uint32_t> points(told.identified.points.size());
  std::iota(points.begin(), points.end(), 0u);
  const drivers::ReadRequest request{.points = points, .deadline = deadline, .raw = &told.raw};
  auto readings = co_await device.read(request);
  if (!readings) co_return readings.error();
  told.readings = *std::move(readings);
  co_return told;
}

}  // namespace

Result<Told> ask_once(asio::io_context& loop, drivers::Device& device, ground::Duration timeout) {
  std::optional<Result<Told>> result;
  std::exception_ptr thrown;
  asio::co_spawn(loop, ask(device, ground::clock::now() + timeout), [&](std::exception_ptr error, Result<Told> told) {
    thrown = error;
    result = std::move(told);
    loop.stop();
  });
  loop.run();
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(result);
}

Result<Told> ask_once(drivers::Device& device, ground::Duration timeout) {
  asio::io_context loop{1};
  return ask_once(loop, device, timeout);
}

}  // namespace holdup::cli
