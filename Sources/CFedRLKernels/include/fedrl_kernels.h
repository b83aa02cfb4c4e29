#pragma once

/// Vectorised kernels with run-time dispatch (AVX-512, AVX2, portable).

/// The instruction set this process dispatches to: "avx512", "avx2" or "portable".
const char *fedrl_kernel_path(void);
