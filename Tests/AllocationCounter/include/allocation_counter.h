#pragma once
#include <stdint.h>

/// Allocations of the calling thread since it began: `malloc`, `calloc`, `realloc` and their aligned
/// kin, from whatever library. 0 for ever where the C library is not glibc, and with the thread sanitizer.
uint64_t fedrl_allocations(void);

/// Bytes that the process holds from `malloc` and its kin at this moment, over all threads, without
/// what the allocator keeps back for later. 0 for ever where the C library is not glibc.
uint64_t fedrl_allocated_bytes(void);

/// Whether this program counts them.
int fedrl_counts_allocations(void);
