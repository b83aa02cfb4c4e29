#pragma once

/// Lets the allocator keep what is freed instead of giving it back to the system. Does nothing where the
/// C library is not glibc.
void fedrl_keep_freed_memory(void);
