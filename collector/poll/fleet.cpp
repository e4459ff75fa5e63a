#include "collector/poll/fleet.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "ground/clock/clock.hpp"

namespace holdup::poll {
namespace {

namespace asio = boost::asio;

// The site file was checked: what cannot be opened here is a device that never answers, and is said to.
std::unique_ptr<drivers::Device> open(drivers::Opener& opener, const site::Device& device, const drivers::Access& access) {
  auto opened = opener.open({.address = device.address,
                             .access = access,
                             .profile = device.profile,
                             .read_clearing = device.read_clearing,
                             .tap = device.tap,
                             .between_requests = device.pace.between_requests,
                             .after_connect = device.pace.after_connect});
  return opened ? std::move(*opened) : nullptr;
}

}  // namespace

Fleet::Fleet(asio::io_context& loop, std::uint32_t seed, std::shared_ptr<drivers::V3Commons> commons, Hand hand)
    : loop_{loop}, seed_{seed}, commons_{std::move(commons)}, hand_{std::move(hand)} {}

void Fleet::man(const site::Site& site, std::shared_ptr<const profile::Library> profiles, std::span<const drivers::Access> accesses) {
  if (crew_) crew_->opener.add_dropped(past_dropped_);
  crew_ = std::make_shared<Crew>(loop_, std::move(profiles), seed_ += 0x10000, commons_);
  crew_->opener.announce_to([](const std::string& what) { spdlog::warn("{}", what); });
  for (site::Index d = 0; d < site.devices.size(); ++d) {
    auto& device = crew_->devices.emplace_back(open(crew_->opener, site.devices[d], accesses[d]));
    if (device)
      device->tell_late([this, d, crew = std::weak_ptr{crew_}](drivers::LateAnswer late) { take_late(crew, d, std::move(late)); });
  }
}

void Fleet::take_late(const std::weak_ptr<Crew>& crew, site::Index device, drivers::LateAnswer late) {
  hand(crew.lock(),
       core::AnsweredLate{.device = device, .asked = late.asked, .round_trip = late.round_trip, .readings = std::move(late.readings)});
}

void Fleet::perform(std::span<const plan::Order> orders) {
  if (!crew_ || orders.empty()) return;
  performing_ = true;
  for (const auto& order : orders) perform(order);
  crew_->opener.flush();
  performing_ = false;
}

void Fleet::add_dropped(std::map<std::string, std::uint64_t>& dropped) const {
  for (const auto& [what, count] : past_dropped_) dropped[what] += count;
  if (crew_) crew_->opener.add_dropped(dropped);
}

void Fleet::perform(const plan::Order& order) {
  auto carrying = carry_out(crew_, order);
  asio::co_spawn(loop_, std::move(carrying), [this, crew = crew_, device = order.device](const std::exception_ptr& broken) {
    if (!broken) return;
    ground::Failure failure{ground::FailureKind::malformed, "its driver broke"};
    hand(crew, core::Unanswered{.device = device, .asked = ground::clock::now(), .failure = std::move(failure)});
  });
}

asio::awaitable<void> Fleet::carry_out(std::shared_ptr<Crew> crew, plan::Order order) {
  const auto asked = ground::clock::now();
  drivers::Device* device = crew->devices[order.device].get();
  if (device == nullptr) {
    co_await outside();
    hand(crew,
         core::Unanswered{.device = order.device, .asked = asked, .failure = {ground::FailureKind::unsupported, "no driver for its URL"}});
    co_return;
  }
  if (order.kind == plan::Order::Kind::identify) {
    auto identified = co_await device->identify(order.deadline);
    co_await outside();
    if (identified)
      hand(crew, core::Identified{.device = order.device,
                                  .identity = std::move(identified->identity),
                                  .points = std::move(identified->points),
                                  .invariants = std::move(identified->invariants),
                                  .pace = identified->pace,
                                  .parts = std::move(identified->parts)});
    else
      hand(crew, core::Unanswered{.device = order.device, .asked = asked, .failure = identified.error()});
    co_return;
  }
  if (order.kind == plan::Order::Kind::recognise) {
    auto told = co_await device->recognise(order.deadline);
    co_await outside();
    hand(crew, core::Recognised{.device = order.device, .told = told ? std::optional{std::move(*told)} : std::nullopt});
    co_return;
  }
  const drivers::ReadRequest::TakeAhead ahead = [&](std::vector<reading::Reading> readings) {
    if (!performing_) hand(crew, core::AnsweredAhead{.device = order.device, .readings = std::move(readings)});
  };
  drivers::ReadRequest request{.points = order.points, .deadline = order.deadline, .ahead = &ahead};
  auto readings = co_await device->read(request);
  if (performing_) co_await outside();
  if (readings) round_trips_.observe(ground::clock::now() - asked);
  if (readings)
    hand(crew, core::Answered{.device = order.device, .asked = asked, .readings = std::move(*readings)});
  else
    hand(crew, core::Unanswered{.device = order.device, .asked = asked, .failure = readings.error()});
}

// Never hand an input in from within the step that ordered it.
asio::awaitable<void> Fleet::outside() {
  if (performing_) co_await asio::post(loop_, asio::use_awaitable);
}

void Fleet::hand(const std::shared_ptr<Crew>& crew, core::Input&& input) {
  if (crew && crew == crew_) hand_(std::move(input));
}

void Fleet::stop() { crew_.reset(); }

}  // namespace holdup::poll
