"""The shared kernel: the few words that every context means the same way."""
