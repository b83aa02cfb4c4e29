#include "fedrl_memory.h"

#include <stdlib.h>

#if defined(__GLIBC__)
#include <malloc.h>

void fedrl_keep_freed_memory(void) {
  // Larger blocks than this come straight from the system and go back there.
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 16 << 20);
}

#else

void fedrl_keep_freed_memory(void) {}

#endif
