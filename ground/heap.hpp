#pragma once

// What the C library's heap is asked to do while there is time.
namespace holdup::ground {

/// Puts in order what was freed. glibc lets it lie until it is asked for what it has not at hand, and sorts all of it then: of a hundred
/// thousand pieces, all over the heap, for some milliseconds.
void sort_freed();

}  // namespace holdup::ground
