#include "hw-sim/agents/object_table.hpp"

#include "hw-sim/power/noise.hpp"

namespace hwsim::agents {

std::size_t ObjectTable::lower_bound(const Oid& wanted) const {
  std::size_t first = 0;
  std::size_t last = size();
  while (first < last) {
    const auto middle = first + (last - first) / 2;
    if (oid(middle) < wanted)
      first = middle + 1;
    else
      last = middle;
  }
  return first;
}

std::size_t ObjectTable::find(const Oid& wanted) const {
  const auto at = lower_bound(wanted);
  return at < size() && oid(at) == wanted ? at : size();
}

std::string RecordedTable::value(std::size_t index) const {
  const auto& object = objects_[index];
  if (object.variation == RecordedObject::plain) return object.value;
  const auto& variation = variations_[object.variation];
  if (const auto* numeric = std::get_if<NumericModule>(&variation))
    return numeric_value(*numeric, now_, power::draw(object.variation, {++draws_}), last_[object.variation]);
  if (const auto* error = std::get_if<ErrorModule>(&variation); error != nullptr && error->said.exception && error->on != Heeds::set)
    return ber::empty(*error->said.exception);
  return object.value;
}

Effect RecordedTable::effect(std::size_t index, Pdu pdu, std::string_view asked) const {
  Effect out;
  const auto which = objects_[index].variation;
  if (which == RecordedObject::plain) return out;
  if (const auto* delay = std::get_if<DelayModule>(&variations_[which])) {
    const auto wait = wait_of(*delay, now_, {.pdu = pdu, .value = asked, .salt = power::draw(which, {++draws_})});
    out.dropped = wait >= DelayModule::never;
    out.delay = out.dropped ? ground::Duration::zero() : wait;
  }
  if (const auto* error = std::get_if<ErrorModule>(&variations_[which])) out.status = error->status(pdu, asked);
  if (const auto* call = std::get_if<NotificationModule>(&variations_[which]); call != nullptr && call->calls(pdu, asked))
    out.notification = &call->notification;
  return out;
}

}  // namespace hwsim::agents
