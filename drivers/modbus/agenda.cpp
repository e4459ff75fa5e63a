#include "drivers/modbus/agenda.hpp"

#include <algorithm>
#include <utility>

namespace holdup::modbus {
using ground::Failure;
using ground::FailureKind;
using ground::Instant;
using ground::Result;

Agenda::Ask& Agenda::take_on(const Question& question, Instant deadline) {
  if (spare_.empty()) spare_.emplace_back();
  waiting.splice(waiting.end(), spare_, spare_.begin());
  Ask& ask = waiting.back();
  ask.request = {.unit = question.unit, .function = question.function, .address = question.address, .count = question.count};
  ask.deadline = deadline;
  ask.not_before = {};
  ask.put_off = 0;
  ask.again = false;
  ask.goes_first = question.goes_first;
  return ask;
}

void Agenda::take_on_all(const std::vector<Question>& questions, Instant deadline, Resume<Answers> resume) {
  const Result<Exchange> none{Failure{FailureKind::cancelled, "not asked"}};
  const auto together = std::make_shared<Together>(Together{std::move(resume), Answers(questions.size(), none), questions.size()});
  for (std::size_t i = 0; i < questions.size(); ++i) {
    Ask& ask = take_on(questions[i], deadline);
    ask.together = together;
    ask.place = i;
  }
}

void Agenda::send(At ask) {
  ask->keeps_others = true;
  ++places_;
  under_way.splice(under_way.end(), waiting, ask);
}

void Agenda::let_pass(Ask& ask) {
  if (std::exchange(ask.keeps_others, false)) --places_;
}

void Agenda::wait_again(At ask, At before) {
  let_pass(*ask);
  waiting.splice(before, under_way, ask);
}

void Agenda::end(Asks& from, At ask, Result<Exchange> result) {
  let_pass(*ask);
  ask->result.emplace(std::move(result));
  ended_.splice(ended_.end(), from, ask);
}

void Agenda::expire(Asks& from, At ask, const Failure& why) {
  if (ask->put_off > 0)
    end(from, ask, std::move(ask->busy));
  else
    end(from, ask, why);
}

void Agenda::end_all(Asks& from, const Failure& why) {
  while (!from.empty()) end(from, from.begin(), why);
}

std::uint64_t Agenda::ask_again(const Failure& otherwise) {
  std::uint64_t asked = 0;
  while (!under_way.empty()) {
    const At last = std::prev(under_way.end());
    if (std::exchange(last->again, true)) {
      end(under_way, last, otherwise);
    } else {
      wait_again(last, waiting.begin());
      ++asked;
    }
  }
  return asked;
}

Agenda::At Agenda::find(std::optional<std::uint16_t> transaction) {
  if (!transaction) return under_way.end();
  return std::ranges::find_if(under_way, [&](const Ask& ask) { return ask.request.transaction == *transaction; });
}

void Agenda::tell_one() {
  Ask& ask = ended_.front();
  Result<Exchange> result = std::move(*ask.result);
  ask.result.reset();
  const auto together = std::exchange(ask.together, nullptr);
  std::optional<Resume<Result<Exchange>>> resume{std::move(ask.resume)};
  ask.resume.reset();
  const std::size_t place = ask.place;
  spare_.splice(spare_.begin(), ended_, ended_.begin());
  if (resume) return (*resume)(std::move(result));
  together->answers[place] = std::move(result);
  if (--together->open == 0) together->resume(std::move(together->answers));
}

void Agenda::forget_all() {
  waiting.clear();
  under_way.clear();
  ended_.clear();
  places_ = 0;
}

}  // namespace holdup::modbus
