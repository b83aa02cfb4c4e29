private import CFedRLKernels

/// How this process deals with memory.
public enum ProcessMemory {
  /// Keeps freed memory for later use instead of giving it back: a fleet's rounds need the same memory
  /// again and again, and a page that comes anew from the system costs more than what is written to
  /// it. Blocks above 32 MiB still go back. Call once at start.
  public static func keepFreed() { fedrl_keep_freed_memory() }
}
