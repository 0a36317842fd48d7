"""Anti-corruption layers `<upstream>_to_<downstream>.py`: what the events of one context mean to another.

The listing of this folder says who hears whom, `context_map` how they stand to each other. Each module offers
`translate(…)`: event type → handler.
"""
