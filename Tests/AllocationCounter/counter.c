// Takes the place of glibc's allocation functions in the program it is linked into, and counts their
// calls; glibc's own do the work. Only for tests and benchmarks.
#include "allocation_counter.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

// The thread sanitizer has allocation functions of its own.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WITH_SANITIZER
#endif
#endif

#if defined(__GLIBC__) && !defined(WITH_SANITIZER)

static _Thread_local uint64_t allocations;

uint64_t fedrl_allocations(void) { return allocations; }
int fedrl_counts_allocations(void) { return 1; }

uint64_t fedrl_allocated_bytes(void) {
  struct mallinfo2 held = mallinfo2();
  return held.uordblks + held.hblkhd;
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  allocations++;
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  allocations++;
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}

#else

uint64_t fedrl_allocations(void) { return 0; }
uint64_t fedrl_allocated_bytes(void) { return 0; }
int fedrl_counts_allocations(void) { return 0; }

#endif
