"""Several schedulers over one fleet: how they see it, how they think at the same time, and how their claims commit."""
