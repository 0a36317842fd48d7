"""The published language: one module of events per publishing context; the only thing contexts know of each other."""
