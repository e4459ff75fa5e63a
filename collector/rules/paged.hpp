#pragma once

#include <compare>
#include <cstddef>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

// A vector that moves no more than a page when it grows: a million elements moved at once are longer than a turn. Used wherever something
// is held for each of a rule's elements.
namespace holdup::rules {

template <class T>
class Paged {
  template <bool is_const>
  class Iterator;

 public:
  static constexpr std::size_t page_size = 1024;  // elements

  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using iterator = Iterator<false>;
  using const_iterator = Iterator<true>;

  Paged() = default;
  ~Paged() = default;
  Paged(Paged&&) noexcept = default;
  Paged& operator=(Paged&&) noexcept = default;
  Paged(const Paged&) = delete;  // would be all of them in one go
  Paged& operator=(const Paged&) = delete;

  [[nodiscard]] std::size_t size() const { return others_ ? others_->size() * page_size + others_->back().size() : first_.size(); }
  [[nodiscard]] bool empty() const { return first_.empty(); }
  [[nodiscard]] T& operator[](std::size_t i) { return i < page_size ? first_[i] : (*others_)[i / page_size - 1][i % page_size]; }
  [[nodiscard]] const T& operator[](std::size_t i) const {
    return i < page_size ? first_[i] : (*others_)[i / page_size - 1][i % page_size];
  }
  [[nodiscard]] T& front() { return first_.front(); }
  [[nodiscard]] const T& front() const { return first_.front(); }
  [[nodiscard]] T& back() { return last().back(); }
  [[nodiscard]] const T& back() const { return others_ ? others_->back().back() : first_.back(); }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    if (last().size() == page_size) add_page();
    return last().emplace_back(std::forward<Args>(args)...);
  }
  /// Inlined by hand: most that is pushed is a number.
  [[gnu::always_inline]] void push_back(T element) {
    if (!others_ && first_.size() < page_size)
      first_.push_back(std::move(element));
    else
      emplace_back(std::move(element));
  }
  void pop_back() {
    last().pop_back();
    if (others_ && others_->back().empty()) others_->pop_back();
    if (others_ && others_->empty()) others_.reset();
  }
  /// At least so many.
  void grow(std::size_t elements, T filling = T{}) {
    while (size() < elements) push_back(filling);
  }
  void clear() { first_.clear(), others_.reset(); }

  [[nodiscard]] iterator begin() { return {*this, 0}; }
  [[nodiscard]] iterator end() { return {*this, static_cast<std::ptrdiff_t>(size())}; }
  [[nodiscard]] const_iterator begin() const { return {*this, 0}; }
  [[nodiscard]] const_iterator end() const { return {*this, static_cast<std::ptrdiff_t>(size())}; }

 private:
  using Page = std::vector<T>;
  [[nodiscard]] Page& last() { return others_ ? others_->back() : first_; }
  void add_page() {
    if (!others_) others_ = std::make_unique<std::vector<Page>>();
    others_->emplace_back().reserve(page_size);
  }

  Page first_;                                 // all that a rule of everyday size has
  std::unique_ptr<std::vector<Page>> others_;  // where there are more: all full but the last, which is not empty
};

template <class T>
template <bool is_const>
class Paged<T>::Iterator {
 public:
  using iterator_category = std::random_access_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = std::conditional_t<is_const, const T&, T&>;
  using pointer = std::conditional_t<is_const, const T*, T*>;
  using Of = std::conditional_t<is_const, const Paged, Paged>;

  Iterator() = default;
  Iterator(Of& of, std::ptrdiff_t at) : of_{&of}, at_{at} {}

  reference operator*() const { return (*of_)[static_cast<std::size_t>(at_)]; }
  pointer operator->() const { return &**this; }
  reference operator[](std::ptrdiff_t by) const { return *(*this + by); }
  Iterator& operator++() { return ++at_, *this; }
  Iterator operator++(int) { return {*of_, at_++}; }
  Iterator& operator--() { return --at_, *this; }
  Iterator operator--(int) { return {*of_, at_--}; }
  Iterator& operator+=(std::ptrdiff_t by) { return at_ += by, *this; }
  Iterator& operator-=(std::ptrdiff_t by) { return at_ -= by, *this; }
  friend Iterator operator+(Iterator it, std::ptrdiff_t by) { return it += by; }
  friend Iterator operator+(std::ptrdiff_t by, Iterator it) { return it += by; }
  friend Iterator operator-(Iterator it, std::ptrdiff_t by) { return it -= by; }
  friend std::ptrdiff_t operator-(const Iterator& a, const Iterator& b) { return a.at_ - b.at_; }
  friend bool operator==(const Iterator& a, const Iterator& b) { return a.at_ == b.at_; }
  friend auto operator<=>(const Iterator& a, const Iterator& b) { return a.at_ <=> b.at_; }

 private:
  Of* of_ = nullptr;
  std::ptrdiff_t at_ = 0;
};

}  // namespace holdup::rules
