"""The compiled path: the same rules, called by compiled loops over columns. Optional, and never another decision."""
