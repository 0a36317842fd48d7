"""Anti-corruption layers `<upstream>_to_<downstream>.py`: what the events of one context mean to another.

The listing of this folder is the context map. Each module offers `translate(…)`: event type → handler.
"""
