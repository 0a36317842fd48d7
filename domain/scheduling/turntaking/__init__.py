"""Ways of taking turns: how the books of each tenant are kept for the allocators that want more than holdings."""
