#include "collector/poll/fleet.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/url/parse.hpp>

#include "drivers/modbus/device.hpp"
#include "drivers/snmp/device.hpp"
#include "ground/clock/clock.hpp"
#include "ground/number.hpp"

namespace holdup::poll {
namespace {

namespace asio = boost::asio;
namespace urls = boost::urls;

constexpr std::uint16_t snmp_port = 161, modbus_port = 502;

asio::ip::address address_of(const urls::url_view& url) {
  boost::system::error_code error;
  return asio::ip::make_address(std::string{url.host_address()}, error);
}

std::uint16_t port_of(const urls::url_view& url, std::uint16_t usual) { return url.has_port() ? url.port_number() : usual; }

}  // namespace

Fleet::Fleet(asio::io_context& loop, std::uint32_t seed, Hand hand) : loop_{loop}, snmp_{loop, seed}, hand_{std::move(hand)} {}

void Fleet::man(const site::Site& site, std::shared_ptr<const profile::Library> profiles, std::span<const std::string> communities) {
  stop();
  crew_ = std::make_shared<Crew>();
  crew_->profiles = std::move(profiles);
  for (std::size_t d = 0; d < site.devices.size(); ++d) crew_->devices.push_back(open(*crew_, site.devices[d], communities[d]));
}

std::unique_ptr<drivers::Device> Fleet::open(Crew& crew, const site::Device& device, const std::string& community) {
  const auto url = urls::parse_uri(device.url);
  if (!url) return nullptr;  // refused by site::parse before
  const auto host = address_of(*url);
  if (url->scheme() == "snmp") {
    snmp::Device::Settings settings{.address = {host, port_of(*url, snmp_port)}, .community = community, .profile = device.profile, .resend_after = {}};
    return std::make_unique<snmp::Device>(snmp_, *crew.profiles, std::move(settings));
  }
  const asio::ip::tcp::endpoint peer{host, port_of(*url, modbus_port)};
  auto& connection = crew.connections[peer];
  if (!connection) connection = std::make_shared<modbus::Connection>(loop_.get_executor(), peer);
  const auto unit = ground::parse_integer(std::string{url->path()}.substr(1));
  std::vector<const profile::Profile*> candidates;
  if (const auto* named = crew.profiles->find(device.profile)) candidates.push_back(named);
  return std::make_unique<modbus::Device>(connection, static_cast<std::uint8_t>(unit.value_or(1)), std::move(candidates));
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
  co_await asio::post(loop_, asio::use_awaitable);  // never hand an input in from within the step that ordered it
  const auto asked = ground::clock::now();
  drivers::Device* device = crew->devices[order.device].get();
  if (device == nullptr) {
    hand(crew, core::Unanswered{.device = order.device, .asked = asked, .failure = {ground::FailureKind::unsupported, "no driver for its URL"}});
    co_return;
  }
  if (order.kind == plan::Order::Kind::identify) {
    auto identified = co_await device->identify(order.deadline);
    if (identified)
      hand(crew, core::Identified{.device = order.device, .identity = std::move(identified->identity), .points = std::move(identified->points)});
    else
      hand(crew, core::Unanswered{.device = order.device, .asked = asked, .failure = identified.error()});
    co_return;
  }
  drivers::ReadRequest request{.points = order.points, .deadline = order.deadline};
  auto readings = co_await device->read(request);
  if (readings)
    hand(crew, core::Answered{.device = order.device, .asked = asked, .readings = std::move(*readings)});
  else
    hand(crew, core::Unanswered{.device = order.device, .asked = asked, .failure = readings.error()});
}

void Fleet::hand(const std::shared_ptr<Crew>& crew, core::Input input) {
  if (crew == crew_) hand_(std::move(input));
}

void Fleet::stop() {
  if (!crew_) return;
  for (auto& [peer, connection] : crew_->connections) connection->close();
  crew_.reset();
}

}  // namespace holdup::poll
