#include "fedrl_memory.h"

#include <stdlib.h>

#if defined(__GLIBC__) && defined(__linux__)
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>

// The heap's first half gigabyte is to be made of large pages, which halves the time a pass over many
// updates spends looking addresses up. Only addresses are taken here: pages come when they are written.
static void advise_large_pages(void) {
  enum { bytes = 512 << 20, page = 2 << 20 };
  // From the heap, however large.
  mallopt(M_MMAP_MAX, 0);
  void *block = malloc(bytes);
  mallopt(M_MMAP_MAX, 1 << 16);
  if (!block) return;
  uintptr_t first = ((uintptr_t)block + page - 1) / page * page;
  madvise((void *)first, (uintptr_t)block + bytes - first, MADV_HUGEPAGE);
  // Stays with the allocator, which gives back no less than a gigabyte.
  free(block);
}

void fedrl_keep_freed_memory(void) {
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 16 << 20);
  advise_large_pages();
  // Larger blocks than this come straight from the system and go back there.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

#else

void fedrl_keep_freed_memory(void) {}

#endif
